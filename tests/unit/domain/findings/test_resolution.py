"""What becomes of a decision that was carried out: done, overtaken, or still on its way for a reason."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.findings.decision import carry_out
from app.domain.findings.resolution import (
    Action,
    Resolution,
    ResolutionState,
    judge,
    stake_from_json,
    stake_to_json,
)
from app.domain.findings.stake import Stake, look
from app.domain.findings.undo import take_back
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.observing import Rules
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sides import Side, project
from tests.unit.domain.samples import AT, VOCABULARY, changed, record

LATER = AT + timedelta(minutes=1)


def carried(value: Any = "PO m") -> tuple[Hub, Resolution]:
    """A held conflict that was decided with that value, and its resolution; neither side has it yet."""
    whole = record({"reference": "PO a"})
    hub = Hub(
        record=whole,
        partner_shadow=project(Side.PARTNER, whole),
        xero_shadow=changed(project(Side.XERO, whole), {"reference": "PO x"}),
        open_conflicts=frozenset({"reference"}),
    )
    stake = look(hub, "reference", value)
    done = carry_out(
        hub,
        [stake],
        rules=Rules(ConflictPolicy.HOLD.winner_of, VOCABULARY),
        at=AT,
        moved_at=dict.fromkeys(Side, AT),
    )
    resolution = Resolution(uuid4(), uuid4(), Action.MERGED, AT, (stake,)).carried(AT, done.moves)
    return done.hub, resolution


def both_took(hub: Hub) -> Hub:
    """Both sides hold the record."""
    return replace(
        hub, partner_shadow=project(Side.PARTNER, hub.record), xero_shadow=project(Side.XERO, hub.record)
    )


def test_it_is_done_when_both_sides_hold_the_value() -> None:
    """And not before; meanwhile it tells what holds the link."""
    hub, resolution = carried()
    waits = judge(resolution, hub, "It has payments in Xero.", LATER)
    assert (waits.state, waits.reason) == (ResolutionState.WAITING, "It has payments in Xero.")
    done = judge(waits, both_took(hub), None, LATER)
    assert (done.state, done.reason, done.ended_at) == (ResolutionState.DONE, None, LATER)
    assert judge(done, hub, "anything", AT) == done


@pytest.mark.parametrize("is_held", [True, False], ids=["held anew", "edited"])
def test_an_edit_that_stands_overtakes_it(is_held: bool) -> None:
    """Where the record says something else by now, or a newer conflict is held there."""
    hub, resolution = carried()
    moved = replace(hub, record=changed(hub.record, {"reference": "PO z"}))
    moved = replace(hub, open_conflicts=frozenset({"reference"})) if is_held else moved
    judged = judge(resolution, moved, None, LATER)
    assert judged.state is ResolutionState.OVERTAKEN
    assert "reference" in str(judged.reason)


def test_nothing_is_judged_before_it_is_carried_out() -> None:
    """A decision that nobody has come to yet waits, whatever the sides hold."""
    hub, resolution = carried()
    fresh = replace(resolution, carried_at=None)
    assert judge(fresh, both_took(hub), None, LATER) == fresh
    assert fresh.waits_to_be_carried


def test_what_somebody_said_too_is_noted_of_what_was_decided() -> None:
    """At its own path, once however often; never of what else was edited, nor of a link that was taken anew."""
    _, resolution = carried()
    met = resolution.agreed_at({"reference", "due_on"}).agreed_at({"reference"})
    assert (resolution.agreed, met.agreed) == ([], ["reference"])
    assert resolution.agreed_at({"due_on"}) == resolution
    linked = replace(resolution, action=Action.RELINK)
    assert linked.agreed_at({"reference"}) == linked


def test_an_undo_is_done_when_each_side_has_its_own_value_again() -> None:
    """That the two differ then is what was wanted."""
    hub, resolution = carried()
    settled = both_took(hub)
    back = take_back(settled, resolution.stakes, resolution.moves)
    undo = replace(resolution, action=Action.UNDO).carried(AT, back.moves)
    assert judge(undo, back.hub, None, LATER).state is ResolutionState.WAITING
    apart = replace(
        back.hub,
        partner_shadow=changed(back.hub.partner_shadow, {"reference": "PO a"}),
        xero_shadow=changed(back.hub.xero_shadow, {"reference": "PO x"}),
        parted={},
    )
    assert judge(undo, apart, None, LATER).state is ResolutionState.DONE


@pytest.mark.parametrize("value", ["PO m", None, ABSENT, {"description": "A line"}])
def test_a_stake_is_kept_whole(value: Any) -> None:
    """A value that is nothing and one that is not there are two things."""
    stake = Stake("lines/l1", value, {Side.PARTNER: ABSENT, Side.XERO: None}, (value, ABSENT), was_apart=True)
    stake = replace(stake, beside=(Stake("lines/l1/account", value, {Side.XERO: value}, (ABSENT,)),))
    assert stake_from_json(stake_to_json(stake)) == stake
