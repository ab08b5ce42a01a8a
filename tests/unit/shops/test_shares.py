"""How one amount is shared between lines."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.money import CENT, cents
from app.shops.own_tax import find_own_tax
from app.shops.shares import share
from app.shops.walk import Place

amounts = st.decimals(0, 100_000, places=2)


@given(amount=amounts, weights=st.lists(amounts, min_size=1, max_size=20))
def test_shares_come_to_the_amount_and_none_is_a_cent_off(amount: Decimal, weights: list[Decimal]) -> None:
    """Each is whole cents, and within a cent of its part."""
    shares = share(amount, weights)
    assert sum(shares) == amount
    whole = sum(weights, Decimal(0))
    if whole:
        parts = [amount * weight / whole for weight in weights]
        assert all(abs(each - part) < CENT for each, part in zip(shares, parts, strict=True))


def test_an_amount_without_weights_falls_to_the_first() -> None:
    """Something must be taken off what is free."""
    assert share(Decimal("1.00"), [Decimal(0), Decimal(0)]) == [Decimal("1.00"), Decimal(0)]
    assert share(Decimal("1.00"), []) == []


def test_half_a_cent_is_rounded_away_from_nothing() -> None:
    """As people do it."""
    assert (cents(Decimal("1.005")), cents(Decimal("-1.005"))) == (
        Decimal("1.01"),
        Decimal("-1.01"),
    )


def test_a_place_comes_back_as_it_was_handed_out() -> None:
    """Also the one before anything was read."""
    for place in (Place(), Place("2026-11-20 03:15:00", 3)):
        assert Place.parse(place.cursor) == place


def test_only_within_one_second_pages_are_counted() -> None:
    """Otherwise the walk goes on from the last change."""
    assert Place("1").after("1") == Place("1", 1)
    assert Place("1", 1).after("2") == Place("2")


def test_a_business_that_names_no_tax_has_none() -> None:
    """And one that names no country has one word everywhere."""
    assert find_own_tax({}, "AU") is None
    assert find_own_tax({"tax": "GST"}, "US") == "GST"
