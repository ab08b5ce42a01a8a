"""The order of lines, merged three ways."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.line_order import merge_order
from tests.unit.domain.strategies import properties

ORDERS = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), unique=True)


def lines(keys: str | list[str]) -> dict[str, Any]:
    """Lines with these keys, in this order."""
    return {"line_order": list(keys)} | {f"lines/{key}/description": key for key in keys}


def order_of(base: str, seen: str, held: str, after: str, *, seen_wins: bool = False) -> str:
    """The merged order, written as one word."""
    return "".join(merge_order(lines(base), lines(seen), lines(held), lines(after), seen_wins=seen_wins))


@pytest.mark.parametrize("seen_wins", [True, False])
def test_a_side_that_reordered_is_followed(seen_wins: bool) -> None:
    """One side's new order stands, whoever wins conflicts: the other did not touch it."""
    assert order_of("abc", "cba", "abc", "abc", seen_wins=seen_wins) == "cba"
    assert order_of("abc", "abc", "cba", "abc", seen_wins=seen_wins) == "cba"


def test_where_both_reordered_the_winner_is_followed() -> None:
    """An order cannot be half of one and half of the other."""
    assert order_of("abc", "bac", "acb", "abc", seen_wins=True) == "bac"
    assert order_of("abc", "bac", "acb", "abc", seen_wins=False) == "acb"


@pytest.mark.parametrize("seen_wins", [True, False])
def test_an_added_line_stands_where_it_was_put(seen_wins: bool) -> None:
    """A line comes right after the one that precedes it on the side that added it."""
    assert order_of("ab", "axb", "ab", "abx", seen_wins=seen_wins) == "axb"
    assert order_of("ab", "xab", "ab", "abx", seen_wins=seen_wins) == "xab"
    assert order_of("ab", "abx", "ab", "abx", seen_wins=seen_wins) == "abx"
    assert order_of("ab", "ab", "axb", "abx", seen_wins=seen_wins) == "axb"


def test_an_added_line_follows_its_neighbour_into_a_new_order() -> None:
    """Adding here and reordering there go together."""
    assert order_of("abc", "axbc", "cba", "abcx") == "cbax"


@pytest.mark.parametrize("seen_wins", [True, False])
def test_adding_and_removing_is_no_reordering(seen_wins: bool) -> None:
    """The other side's new order holds although this side's list of lines looks different."""
    assert order_of("abc", "bcx", "cba", "bcx", seen_wins=seen_wins) == "cxb"


def test_a_line_whose_neighbour_is_gone_moves_up() -> None:
    """The place of a line is after the nearest one before it that is still there."""
    assert order_of("abc", "abxc", "ac", "acx") == "axc"
    assert order_of("ab", "axb", "b", "bx") == "xb"


def test_lines_of_both_sides_keep_their_own_neighbours() -> None:
    """Two lines added at two places both stand where they were put."""
    assert order_of("ab", "axb", "aby", "abxy") == "axby"


@properties
@given(base=ORDERS, seen=ORDERS, held=ORDERS, after=ORDERS, seen_wins=st.booleans())
def test_the_order_names_exactly_the_lines(
    base: list[str], seen: list[str], held: list[str], after: list[str], seen_wins: bool
) -> None:
    """No line is forgotten, none is named that is not there, none twice."""
    order = merge_order(lines(base), lines(seen), lines(held), lines(after), seen_wins=seen_wins)
    assert sorted(order) == sorted(after)


@properties
@given(base=ORDERS, seen=ORDERS, held=ORDERS)
def test_whoever_is_merged_first_where_somebody_reordered(
    base: list[str], seen: list[str], held: list[str]
) -> None:
    """Where the lines stay and their order moved, one order comes out whichever side is merged into the other."""
    after = [key for key in base if key in seen and key in held]
    one = merge_order(lines(base), lines(seen), lines(held), lines(after), seen_wins=True)
    other = merge_order(lines(base), lines(held), lines(seen), lines(after), seen_wins=False)
    assert one == other


@properties
@given(base=ORDERS, held=ORDERS, seen_wins=st.booleans())
def test_an_unchanged_order_is_left_alone(base: list[str], held: list[str], seen_wins: bool) -> None:
    """A side that did not reorder does not move the record's lines."""
    order = merge_order(lines(base), lines(base), lines(held), lines(held), seen_wins=seen_wins)
    assert order == held
