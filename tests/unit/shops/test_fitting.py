"""Which lines a total has in it, where a shop does not say so of every one."""

from decimal import Decimal

import pytest

from app.shops.fitting import choose_lines, fits, join_taxes, name_tax
from app.shops.order import LineKind, OrderLine


def line(line_id: str, amount: str) -> OrderLine:
    """A line of an amount."""
    return OrderLine(line_id, LineKind.PRODUCT, line_id, Decimal(1), Decimal(amount))


CERTAIN = [line("a", "10.00"), line("b", "20.00")]


def choose(total: str, *doubtful: OrderLine) -> str:
    """The ids of the lines that were chosen."""
    return "".join(each.id for each in choose_lines(CERTAIN, doubtful, Decimal(total)))


def test_a_doubtful_line_is_one_where_the_sum_asks_for_it() -> None:
    """None, one, or all of them; the certain ones alone where no choice comes to the total."""
    doubtful = [line("t", "5.00"), line("d", "7.25")]
    assert choose("30.00", *doubtful) == "ab"
    assert choose("37.25", *doubtful) == "abd"
    assert choose("42.25", *doubtful) == "abtd"
    assert choose("33.00", *doubtful) == "ab"


def test_a_sum_to_the_cent_goes_before_one_that_is_a_cent_off() -> None:
    """A tip of one cent is one where the total has it; a cent that no line explains is the shop's rounding."""
    assert choose("30.01", line("t", "0.01")) == "abt"
    assert choose("30.01", line("t", "5.00")) == "ab"
    assert choose("35.01", line("t", "5.00")) == "abt"


def test_a_sum_fits_within_a_cent_for_each_line() -> None:
    """As a document takes it."""
    assert fits(CERTAIN, Decimal("30.02"))
    assert not fits(CERTAIN, Decimal("30.03"))


def test_taxes_of_a_line_are_one_word() -> None:
    """Each once, in the order of their names, at most 64 characters; none is none."""
    assert join_taxes(["PST 7%", "GST 5%", "PST 7%"]) == "GST 5% + PST 7%"
    assert join_taxes([]) is None
    assert len(join_taxes([f"A very long tax {place}" for place in range(9)]) or "") == 64


@pytest.mark.parametrize(
    ("title", "rate", "word"),
    [
        ("GST", "10.0000", "GST 10%"),
        ("GST 10%", "10", "GST 10%"),
        ("GST 10", "10", "GST 10"),
        ("Zone 1", "8.875", "Zone 1 8.875%"),
        ("Zone 1", None, "Zone 1"),
    ],
)
def test_a_tax_is_named_with_its_rate_unless_its_name_says_that(
    title: str, rate: str | None, word: str
) -> None:
    """A number that is another one keeps no rate away: two rates of one name are two taxes."""
    assert name_tax(title, None if rate is None else Decimal(rate)) == word
