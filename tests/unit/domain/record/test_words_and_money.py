"""A line that is words alone has no sums and is booked nowhere: what that means for whoever edits it otherwise."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.record.apart import leave_apart
from app.domain.record.basis import Dispute, find_dispute
from app.domain.record.coupling import couple
from app.domain.record.direction import OPEN, Direction, Lanes
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.merge import merge
from app.domain.record.owed import next_change
from app.domain.record.path import same_at
from app.domain.record.sides import Side, project
from tests.unit.domain.samples import AT, RECORD, VOCABULARY, changed, record

PRICE, QUANTITY, RATE, AMOUNT, TAX_TYPE = (
    f"lines/l1/{name}" for name in ("unit_price", "quantity", "discount_rate", "discount_amount", "tax_type")
)
WORDS = {PRICE: None, QUANTITY: None}
SHARED = {
    path: value
    for path, value in RECORD.items()
    if all(path in project(side, RECORD) for side in Side) and path.startswith("lines/l1/")
}


@pytest.mark.parametrize("winner", [*Side, None])
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("is_words_here", [True, False])
@pytest.mark.parametrize("edit", [{RATE: "10"}, {AMOUNT: "5"}, {QUANTITY: "3"}, {PRICE: "9"}])
def test_words_here_and_sums_there_are_a_conflict_over_the_line(
    edit: dict[str, Any], is_words_here: bool, side: Side, winner: Side | None
) -> None:
    """Merged by field, what goes with the price would be gone, or stand beside no price."""
    words, money = changed(SHARED, WORDS), changed(SHARED, edit)
    seen, held = (words, money) if is_words_here else (money, words)
    merged = merge(side, base=SHARED, seen=seen, record=held, winner_of=lambda _path: winner)
    assert merged.record == (seen if winner is side else held)
    assert [(found.path, found.winner) for found in merged.conflicts] == [("lines/l1", winner)]


def test_a_description_is_edited_beside_words_alone() -> None:
    """It means the same with a price and without one; and a line that was words alone is edited by field."""
    told = changed(SHARED, {"lines/l1/description": "Told"})
    words = changed(SHARED, WORDS)
    merged = merge(Side.XERO, base=SHARED, seen=told, record=words, winner_of=lambda _path: None)
    assert (merged.record, merged.conflicts) == (changed(words, {"lines/l1/description": "Told"}), ())
    again = merge(Side.XERO, base=words, seen=SHARED, record=words, winner_of=lambda _path: None)
    assert (again.record, again.conflicts) == (SHARED, ())


def test_what_travels_nowhere_is_no_conflict() -> None:
    """Where lines do not travel each side keeps its own."""
    words, money = changed(SHARED, WORDS), changed(SHARED, {RATE: "10"})
    closed = Lanes(fields={"lines": Direction.OFF})
    merged = merge(
        Side.PARTNER, base=SHARED, seen=words, record=money, winner_of=lambda _path: None, lanes=closed
    )
    assert (merged.record, merged.conflicts) == (money, ())


@pytest.mark.parametrize(
    ("edit", "is_disputed"),
    [({RATE: "10"}, True), ({QUANTITY: "3"}, True), ({"lines/l1/description": "Tap"}, False)],
)
def test_another_basis_and_words_alone_dispute_the_sums_of_the_other_side(
    edit: dict[str, Any], is_disputed: bool
) -> None:
    """The line's price was never said under the new basis, so it cannot come back under it."""
    app = project(Side.PARTNER, RECORD)
    here = changed(app, WORDS | {"amounts_are": "tax_exclusive"})
    found = find_dispute(app, here, changed(app, edit), ())
    line = frozenset({"lines/l1"})
    assert found == (Dispute(line, line) if is_disputed else None)


def test_a_line_with_a_price_again_is_booked_as_the_side_says_that_gave_it() -> None:
    """What stood beside the words meant nothing: account and tax follow anew, and the item of an app's code."""
    words = record(WORDS | {"lines/l1/account": None, TAX_TYPE: "NONE", "lines/l1/item": None})
    coded = changed(words, {"lines/l1/item_code": "PIPE"})
    by_app = couple(Side.PARTNER, coded, changed(coded, {PRICE: "5", QUANTITY: "1"}), VOCABULARY, AT)
    assert (by_app["lines/l1/account"], by_app[TAX_TYPE], by_app["lines/l1/item"]) == (
        "210",
        "OUTPUT",
        "PIPE",
    )
    priced = {PRICE: "5", QUANTITY: "1", "lines/l1/account": "200", TAX_TYPE: "EXEMPTOUTPUT"}
    by_xero = couple(
        Side.XERO, changed(coded, priced | {PRICE: None}), changed(coded, priced), VOCABULARY, AT
    )
    words_of_app = [by_xero[f"lines/l1/{name}"] for name in ("category", "tax", "item_code")]
    assert words_of_app == ["general", "none", None]


def change_to(moved: dict[str, Any]) -> set[str]:
    """The paths that a change names by which the app comes to that."""
    app, xero = project(Side.PARTNER, RECORD), project(Side.XERO, RECORD)
    hub = Hub(RECORD, app, xero, revision=3, partner_version=1)
    change = next_change(replace(hub, record=changed(RECORD, moved), revision=4), OPEN)
    assert change is not None
    return {path for path in change.moves if path.startswith("lines/l1/")}


def test_a_change_to_words_alone_names_what_such_a_line_has_not_and_a_discount_names_the_price() -> None:
    """So an app refuses it where somebody gave the line a discount, or took its price away, meanwhile."""
    assert change_to(WORDS) == {PRICE, QUANTITY, RATE, AMOUNT}
    assert change_to({RATE: "10"}) == {RATE, AMOUNT, PRICE, QUANTITY}
    assert change_to({"lines/l1/description": "Tap"}) == {"lines/l1/description"}


def test_a_discount_waits_where_the_app_keeps_words_alone_for_itself() -> None:
    """It could only be taken off a price that the app's line has not."""
    held = project(Side.PARTNER, record(WORDS))
    wanted = project(Side.PARTNER, record({RATE: "10"}))
    lanes = Lanes(fields={"lines": Direction.TO_PARTNER})
    apart = {PRICE: "880", QUANTITY: "1"}
    left = leave_apart(Side.PARTNER, held, wanted, apart=apart, conflicts=frozenset(), lanes=lanes)
    assert (left[RATE], left.get(AMOUNT, ABSENT)) == (None, ABSENT)


def test_a_whole_line_with_a_discount_by_amount_is_not_the_same_as_one_without() -> None:
    """The member is there only where there is one; tracking is Xero's alone, and nothing to a line of the app's."""
    line = {"description": "Tap", "unit_price": "5"}
    booked = line | {"account": "200"}
    assert same_at("lines/l1", line, booked)
    assert not same_at("lines/l1", line | {"discount_amount": "1"}, booked)
    assert same_at("lines/l1", line, booked | {"tracking": {"Region": "North"}})
    assert not same_at("lines/l1", booked, booked | {"tracking": {"Region": "North"}})
