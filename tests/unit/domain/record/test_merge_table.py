"""The decision table of the merge: every combination of unchanged, changed, gone and added on two sides, a row each."""

from itertools import product
from typing import Any

import pytest

from app.domain.record.fields import ABSENT
from app.domain.record.merge import Conflict, Outcome, decide, merge
from app.domain.record.sides import Side

UNCHANGED, TAKEN, AGREED, CONFLICT = Outcome

# What was there, what this side holds now, what the record holds (the other side's doing), and the table's answer.
ROWS = [
    pytest.param("a", "a", "a", UNCHANGED, id="nobody changed it"),
    pytest.param("a", "a", "b", UNCHANGED, id="only the other changed it"),
    pytest.param("a", "a", ABSENT, UNCHANGED, id="only the other removed it"),
    pytest.param("a", "b", "a", TAKEN, id="only this side changed it"),
    pytest.param("a", "b", "b", AGREED, id="both changed it alike"),
    pytest.param("a", "b", "c", CONFLICT, id="both changed it differently"),
    pytest.param("a", "b", ABSENT, CONFLICT, id="this side changed what the other removed"),
    pytest.param("a", ABSENT, "a", TAKEN, id="only this side removed it"),
    pytest.param("a", ABSENT, "b", CONFLICT, id="this side removed what the other changed"),
    pytest.param("a", ABSENT, ABSENT, AGREED, id="both removed it"),
    pytest.param(ABSENT, ABSENT, ABSENT, UNCHANGED, id="nobody ever had it"),
    pytest.param(ABSENT, ABSENT, "b", UNCHANGED, id="only the other added it"),
    pytest.param(ABSENT, "b", ABSENT, TAKEN, id="only this side added it"),
    pytest.param(ABSENT, "b", "b", AGREED, id="both added it alike"),
    pytest.param(ABSENT, "b", "c", CONFLICT, id="both added it differently"),
]
WINNERS = [pytest.param(winner, id=f"{winner or 'nobody'} wins") for winner in (*Side, None)]
SIDES = [pytest.param(side, id=f"{side} seen") for side in Side]
GROUPS = [
    pytest.param("lines/l1", "description", {"quantity": "1", "unit_price": "10"}, id="line"),
    pytest.param("payments/p1", "amount", {"paid_on": "2026-11-20"}, id="payment"),
]


def how(base: object, now: object) -> str:
    """What was done between two values."""
    if now == base:
        return "unchanged"
    if now is ABSENT:
        return "gone"
    return "added" if base is ABSENT else "changed"


def test_the_rows_leave_out_no_combination() -> None:
    """What exists may stay, change or go on each side; what does not exist may stay away or come."""
    drawn = {(how(base, seen), how(base, held)) for base, seen, held, _ in (row.values for row in ROWS)}
    existing, missing = ("unchanged", "changed", "gone"), ("unchanged", "added")
    assert drawn == {*product(existing, existing), *product(missing, missing)}
    alike = {how(row.values[0], row.values[1]) for row in ROWS if row.values[3] is AGREED}
    assert alike == {"changed", "gone", "added"}


@pytest.mark.parametrize(("base", "seen", "held", "outcome"), ROWS)
def test_the_table_answers_each_row(base: object, seen: object, held: object, outcome: Outcome) -> None:
    """`decide` is the table."""
    assert decide(base, held, seen) is outcome


@pytest.mark.parametrize("winner", WINNERS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("base", "seen", "held", "outcome"), ROWS)
def test_each_row_for_a_field(
    base: Any, seen: Any, held: Any, outcome: Outcome, side: Side, winner: Side | None
) -> None:
    """A field moves when it is taken, or when this side wins the conflict; a conflict keeps all three values."""
    merged = merge(
        side, base=field(base), seen=field(seen), record=field(held), winner_of=lambda _path: winner
    )
    is_moved = outcome is TAKEN or (outcome is CONFLICT and winner is side)
    assert merged.record == field(seen if is_moved else held)
    expected = (conflict("reference", side, base, seen, held, winner),) if outcome is CONFLICT else ()
    assert merged.conflicts == expected


@pytest.mark.parametrize("winner", WINNERS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("base", "seen", "held", "outcome"), ROWS)
@pytest.mark.parametrize(("group", "member", "others"), GROUPS)
def test_each_row_for_a_group(
    group: str,
    member: str,
    others: dict[str, Any],
    base: Any,
    seen: Any,
    held: Any,
    outcome: Outcome,
    side: Side,
    winner: Side | None,
) -> None:
    """A line or a payment comes and goes whole; where both sides have it, only the members that differ are at odds."""

    def whole(value: Any) -> dict[str, Any]:
        return {} if value is ABSENT else {member: value, **others}

    def paths(value: Any) -> dict[str, Any]:
        return {f"{group}/{name}": each for name, each in whole(value).items()}

    merged = merge(
        side, base=paths(base), seen=paths(seen), record=paths(held), winner_of=lambda _path: winner
    )
    is_moved = outcome is TAKEN or (outcome is CONFLICT and winner is side)
    assert merged.record == paths(seen if is_moved else held)
    if outcome is not CONFLICT:
        assert merged.conflicts == ()
    elif ABSENT in (seen, held):
        was, here, there = (whole(value) or ABSENT for value in (base, seen, held))
        assert merged.conflicts == (conflict(group, side, was, here, there, winner),)
    else:
        assert merged.conflicts == (conflict(f"{group}/{member}", side, base, seen, held, winner),)


def field(value: Any) -> dict[str, Any]:
    """The header field `reference` with that value."""
    return {} if value is ABSENT else {"reference": value}


def conflict(path: str, side: Side, base: Any, seen: Any, held: Any, winner: Side | None) -> Conflict:
    """The conflict in which `side` holds `seen` and the record holds the other side's value."""
    partner, xero = (seen, held) if side is Side.PARTNER else (held, seen)
    return Conflict(path, base, partner, xero, winner)


DISCOUNTED = {"lines/l1/description": "a", "lines/l1/discount_rate": None}
BY_RATE = DISCOUNTED | {"lines/l1/discount_rate": "10"}
BY_AMOUNT = DISCOUNTED | {"lines/l1/discount_amount": "5"}


@pytest.mark.parametrize("winner", WINNERS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("seen", "held"), [(BY_RATE, BY_AMOUNT), (BY_AMOUNT, BY_RATE)])
def test_a_rate_here_and_an_amount_there_is_a_conflict_over_the_line(
    seen: dict[str, Any], held: dict[str, Any], side: Side, winner: Side | None
) -> None:
    """A line has one discount, so the two fields are one fact: who wins has it, and the conflict keeps the other's."""
    merged = merge(side, base=DISCOUNTED, seen=seen, record=held, winner_of=lambda _path: winner)
    assert merged.record == (seen if winner is side else held)
    [found] = merged.conflicts
    assert (found.path, found.winner) == ("lines/l1", winner)
    kept = [found.partner, found.xero] if side is Side.PARTNER else [found.xero, found.partner]
    assert kept == [by_name(seen), by_name(held)]


def test_an_amount_in_the_place_of_a_rate_is_taken() -> None:
    """One side alone may change the form; the other's edit of another field stands beside it."""
    seen = BY_AMOUNT
    held = BY_RATE | {"lines/l1/description": "b"}
    merged = merge(Side.XERO, base=BY_RATE, seen=seen, record=held, winner_of=lambda _path: None)
    assert merged.record == BY_AMOUNT | {"lines/l1/description": "b"}
    assert merged.conflicts == ()


def by_name(line: dict[str, Any]) -> dict[str, Any]:
    """The members of the line, as a conflict keeps them."""
    return {path.rpartition("/")[2]: value for path, value in line.items()}
