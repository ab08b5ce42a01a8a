"""What a stake notes beside its path: the fields that say the same fact, which a decision moves along."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.findings.decision import Carried, carry_out
from app.domain.findings.stake import Stake, look
from app.domain.record.hub import Hub
from app.domain.record.kind import INVOICE
from app.domain.record.observing import Rules
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sides import Side, project
from tests.unit.domain.samples import AT, VOCABULARY, changed, record

RULES = Rules(ConflictPolicy.HOLD.winner_of, VOCABULARY)


def in_step(fields: dict[str, Any]) -> Hub:
    """A hub whose two sides show these fields."""
    app, xero = project(Side.PARTNER, fields), project(Side.XERO, fields)
    return Hub(fields, app, xero, revision=3, partner_version=1)


def carry(hub: Hub, stake: Stake) -> Carried:
    """The decision carried out on what the hub has come to."""
    return carry_out(hub, [stake], rules=RULES, at=AT, moved_at=dict.fromkeys(Side, AT))


RATE, AMOUNT, CATEGORY, ACCOUNT = (
    f"lines/l1/{name}" for name in ("discount_rate", "discount_amount", "category", "account")
)


@pytest.mark.parametrize(
    ("decided", "side", "since", "edited"),
    [
        ({RATE: "10"}, Side.PARTNER, {AMOUNT: "5"}, [AMOUNT]),
        ({AMOUNT: "5"}, Side.XERO, {RATE: "10"}, [RATE]),
        ({RATE: None}, Side.XERO, {AMOUNT: "5"}, []),
        ({CATEGORY: None}, Side.XERO, {ACCOUNT: "999"}, [ACCOUNT]),
        ({ACCOUNT: "999"}, Side.PARTNER, {CATEGORY: None}, [CATEGORY]),
        ({ACCOUNT: "999"}, Side.PARTNER, {"lines/l1/tax": None}, []),
        ({RATE: "10"}, Side.XERO, {"reference": "PO 9"}, []),
    ],
)
def test_a_decision_goes_over_no_edit_that_was_made_beside_its_path(
    decided: dict[str, Any], side: Side, since: dict[str, Any], edited: list[str]
) -> None:
    """Of a discount's other form, or of the other word for the same fact; what it leaves alone is nothing to it."""
    hub = in_step(record())
    [(path, value)] = decided.items()
    stake = look(hub, path, value)
    assert carry(hub, stake).edited == []
    merged = INVOICE.couple(side, hub.record, changed(hub.record, since), VOCABULARY, AT)
    shown = changed(project(side, hub.record), since)
    shadow: dict[str, Any] = {"partner_shadow" if side is Side.PARTNER else "xero_shadow": shown}
    moved = replace(hub, record=merged, **shadow)
    assert carry(moved, stake).edited == edited


def test_what_we_bring_to_a_side_beside_a_decision_is_no_edit_of_it() -> None:
    """A rate is on its way to Xero while a person decides about the amount."""
    hub = replace(in_step(record()), record=record({RATE: "10"}))
    stake = look(hub, AMOUNT, "5")
    done = carry(in_step(dict(hub.record)), stake)
    assert (done.edited, done.hub.record[AMOUNT], done.hub.record[RATE]) == ([], "5", None)
