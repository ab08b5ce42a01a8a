"""Decisions go where edits go: what a closed direction keeps on its side, no decision and no undo carries (E5, E11)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from app.domain.crossing.left_out import find_apart
from app.domain.findings.decision import carry_out, find_closed, say_closed, wanted_by
from app.domain.findings.discrepancy import DiscrepancyKind, find_unequal, find_why_gone
from app.domain.findings.stake import look
from app.domain.findings.undo import take_back, wanted_back
from app.domain.record.apart import Apart
from app.domain.record.direction import OPEN, Direction, Lanes
from app.domain.record.fields import Absent
from app.domain.record.hub import Hub
from app.domain.record.observing import Rules, catch_up
from app.domain.record.owed import PartnerChange, next_change, xero_moves
from app.domain.record.path import read_at
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sent import change_sent
from app.domain.record.sides import Side
from tests.refusing import acknowledged
from tests.unit.domain.samples import AT, VOCABULARY, changed
from tests.unit.domain.story import settled

TO_XERO = Lanes(fields={"reference": Direction.TO_XERO})
TO_PARTNER = Lanes(fields={"reference": Direction.TO_PARTNER})
OFF = Lanes(fields={"reference": Direction.OFF})
WORDED = Lanes(fields={"lines/*/description": Direction.TO_PARTNER})
MOVED_AT: dict[Side, datetime] = dict.fromkeys(Side, AT)


def rules(lanes: Lanes) -> Rules:
    """Rules under which nothing but a direction decides."""
    return Rules(ConflictPolicy.HOLD.winner_of, VOCABULARY, lanes)


def parted(partner: str = "PO p", xero: str = "PO x", **more: Any) -> Hub:
    """An invoice whose two sides hold these references, with an open conflict over them."""
    hub = settled()
    held = replace(
        hub,
        record=changed(hub.record, {"reference": partner}),
        partner_shadow=changed(hub.partner_shadow, {"reference": partner}),
        xero_shadow=changed(hub.xero_shadow, {"reference": xero}),
        open_conflicts=frozenset({"reference"}),
    )
    return replace(held, **more)


def sent(revision: int, reference: str) -> PartnerChange:
    """A change that asks whether the app holds that reference, and moves nothing."""
    return PartnerChange(revision, {"reference": (reference, reference)})


@pytest.mark.parametrize(
    ("lanes", "value", "closed"),
    [
        (OPEN, "PO p", []),
        (TO_XERO, "PO p", []),
        (TO_XERO, "PO x", [("reference", Side.PARTNER)]),
        (TO_XERO, "PO m", [("reference", Side.PARTNER)]),
        (TO_PARTNER, "PO p", [("reference", Side.XERO)]),
        (TO_PARTNER, "PO x", []),
        (OFF, "PO p", [("reference", Side.XERO)]),
        (OFF, "PO m", [("reference", Side.PARTNER), ("reference", Side.XERO)]),
    ],
)
def test_a_value_must_be_able_to_reach_each_side_that_lacks_it(
    lanes: Lanes, value: str, closed: list[tuple[str, Side]]
) -> None:
    """A side that holds the value already needs nothing to travel."""
    hub = parted()
    assert sorted(find_closed(hub, wanted_by([look(hub, "reference", value)]), lanes)) == closed


def test_of_a_line_only_what_differs_must_travel() -> None:
    """A line is decided whole, and a field of it that is the same on both sides goes nowhere."""
    hub = settled()
    line = read_at(hub.record, "lines/l1")
    assert not isinstance(line, Absent)
    dearer = wanted_by([look(hub, "lines/l1", {**line, "unit_price": "1"})])
    assert find_closed(hub, dearer, WORDED) == []
    renamed = wanted_by([look(hub, "lines/l1", {**line, "description": "Other"})])
    assert find_closed(hub, renamed, WORDED) == [("lines/l1/description", Side.XERO)]
    assert say_closed(find_closed(hub, renamed, WORDED)).startswith(
        "Edits of lines/l1/description do not travel to Xero"
    )


def test_a_decision_ends_what_was_kept_apart_and_an_undo_brings_it_back() -> None:
    """What Xero kept for itself is decided with the conflict; taken back, it is held as a conflict is."""
    kept: Apart = {"reference": "PO 1177"}
    hub = parted(open_conflicts=frozenset(), xero_apart=kept)
    assert xero_moves(hub, TO_XERO) == {}
    stake = look(hub, "reference", "PO p")
    assert stake.was_apart
    done = carry_out(hub, [stake], rules=rules(TO_XERO), at=AT, moved_at=MOVED_AT)
    assert (done.conflicts, done.hub.xero_apart) == ((), {})
    assert xero_moves(done.hub, TO_XERO) == {"reference": ("PO x", "PO p")}

    written = replace(done.hub, xero_shadow=changed(done.hub.xero_shadow, {"reference": "PO p"}))
    assert find_closed(written, wanted_back([stake], done.moves), TO_XERO) == []
    assert find_closed(written, wanted_back([stake], done.moves), TO_PARTNER) == [("reference", Side.XERO)]
    back = take_back(written, [stake], done.moves).hub
    assert xero_moves(back, TO_XERO) == {"reference": ("PO p", "PO x")}
    assert back.open_conflicts == {"reference"}


def test_what_is_brought_back_waits_where_its_direction_was_closed_since() -> None:
    """A direction that closes after an undo keeps either side as it is, and nothing is lost by it."""
    hub = parted("PO m", "PO m", parted={"reference": {Side.PARTNER: "PO p", Side.XERO: "PO x"}})
    assert xero_moves(hub, OPEN) == {"reference": ("PO m", "PO x")}
    assert (xero_moves(hub, OFF), next_change(hub, OFF)) == ({}, None)
    change = next_change(hub, TO_PARTNER)
    assert change is not None
    assert (change.moves, xero_moves(hub, TO_PARTNER)) == ({"reference": ("PO m", "PO p")}, {})


def test_a_decision_that_meets_an_edit_is_settled_by_the_direction() -> None:
    """Where one side's word alone counts, it wins over the decision as it does over an edit."""
    hub = parted()
    stake = look(hub, "reference", "PO x")
    moved = replace(hub, partner_shadow=changed(hub.partner_shadow, {"reference": "PO p2"}))
    met = carry_out(moved, [stake], rules=rules(TO_XERO), at=AT, moved_at=MOVED_AT)
    assert [conflict.winner for conflict in met.conflicts] == [Side.PARTNER]
    assert met.hub.record["reference"] == "PO p2"


def test_what_does_not_travel_is_no_difference_to_look_at() -> None:
    """It is explained by the settings; one that was found before closes with that word."""
    hub = parted(open_conflicts=frozenset(), xero_apart={"reference": "PO 1177"})
    assert find_apart(hub, TO_XERO) is not None
    found = replace(hub, xero_apart={})
    assert [each.path for each in find_unequal(found, MOVED_AT)] == ["reference"]
    assert find_unequal(found, MOVED_AT, OFF) == []
    why = find_why_gone(
        DiscrepancyKind.VALUE_DIFFERS, "reference", {}, found, None, totals_agree=True, lanes=OFF
    )
    assert why == "By the settings it does not travel: each side keeps its own."
    assert (
        find_why_gone(DiscrepancyKind.VALUE_DIFFERS, "reference", {}, found, None, totals_agree=True) is None
    )


def test_what_is_apart_waits_until_the_app_has_answered_what_it_was_sent() -> None:
    """A late answer to an older change makes it look as if the app had dropped its own edit; it is not believed."""
    kept: Apart = {"reference": "PO 1177"}
    hub = parted(open_conflicts=frozenset(), partner_apart=kept)
    hub = replace(hub, record=changed(hub.record, {"reference": "PO x"}))
    asked = change_sent(change_sent(hub, sent(5, "PO 1177")), sent(6, "PO p"))
    misled = acknowledged(asked, 5)
    for lanes in (OFF, OPEN):
        seen = catch_up(misled, rules=rules(lanes), xero_at=AT, partner_at=AT)
        assert seen.hub.partner_apart == kept
    answered = catch_up(acknowledged(asked, 6), rules=rules(OPEN), xero_at=AT, partner_at=AT)
    assert [conflict.path for conflict in answered.conflicts] == ["reference"]
