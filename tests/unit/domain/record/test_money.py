"""Money: lines, tax per line, totals, to the cent."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.money import (
    Totals,
    amount_of_line,
    cents,
    decimal_or_zero,
    line_amount,
    line_tax,
    money_text,
    paid,
    tax_amounts,
    totals,
)
from tests.unit.domain.samples import ORGANISATION, RECORD, payment, record
from tests.unit.domain.strategies import properties

RATES = ORGANISATION.rates()
PRICES = st.decimals("-99999", "99999", places=4)
QUANTITIES = st.decimals("0", "9999", places=4)
PERCENTAGES = st.decimals("0", "100", places=2)
AMOUNTS = st.decimals("-99999", "99999", places=2)
LINES = st.lists(st.tuples(QUANTITIES, PRICES, PERCENTAGES, st.sampled_from(["OUTPUT", "EXEMPTOUTPUT"])))
KINDS = st.sampled_from(["tax_inclusive", "tax_exclusive", "no_tax"])


def rounded(exact: Fraction) -> Decimal:
    """Cents of an exact number, half away from zero, by integers alone."""
    whole = int(abs(exact) * 100 + Fraction(1, 2))
    return Decimal(whole if exact >= 0 else -whole) / 100


def invoice(amounts_are: str, lines: list[tuple[Any, Any, Any, str]]) -> dict[str, Any]:
    """A record with lines of quantity, price, discount and tax type."""
    names = ("quantity", "unit_price", "discount_rate", "tax_type")
    fields = {
        f"lines/l{number}/{name}": value if name == "tax_type" else str(value)
        for number, line in enumerate(lines)
        for name, value in zip(names, line, strict=True)
    }
    return {"amounts_are": amounts_are, **fields}


@pytest.mark.parametrize(
    ("amounts_are", "lines", "subtotal", "tax", "total"),
    [
        pytest.param(
            "tax_inclusive", [("1", "1890")], "1718.18", "171.82", "1890.00", id="a heater, with GST"
        ),
        pytest.param(
            "tax_exclusive", [("1", "1890")], "1890.00", "189.00", "2079.00", id="a heater, plus GST"
        ),
        pytest.param("no_tax", [("1", "1890")], "1890.00", "0.00", "1890.00", id="not registered for GST"),
        pytest.param("tax_exclusive", [("1", "1.45")] * 3, "4.35", "0.45", "4.80", id="rounded by line"),
        pytest.param("tax_inclusive", [("1", "0.05")] * 3, "0.15", "0.00", "0.15", id="too small to tax"),
        pytest.param("tax_exclusive", [("0.3333", "99.9999")], "33.33", "3.33", "36.66", id="four places"),
        pytest.param("tax_inclusive", [("2", "110"), ("1", "-20")], "181.82", "18.18", "200.00", id="credit"),
        pytest.param("tax_exclusive", [], "0.00", "0.00", "0.00", id="no lines"),
    ],
)
def test_known_australian_invoices(
    amounts_are: str, lines: list[tuple[str, str]], subtotal: str, tax: str, total: str
) -> None:
    """GST of ten in a hundred, in or on the amounts, rounded line by line (FACTS 4.4)."""
    fields = invoice(amounts_are, [(*line, "0", "OUTPUT") for line in lines])
    assert totals(fields, RATES) == Totals(Decimal(subtotal), Decimal(tax), Decimal(total))


def test_taxed_and_free_lines_stand_side_by_side() -> None:
    """Each line is taxed by its own rate."""
    fields = invoice("tax_exclusive", [("1", "100", "0", "OUTPUT"), ("1", "50", "0", "EXEMPTOUTPUT")])
    assert tax_amounts(fields, RATES) == {"l0": Decimal("10.00"), "l1": Decimal("0.00")}


def test_a_discount_is_taken_before_the_cents_are_rounded() -> None:
    """The line is rounded once, after the discount."""
    assert line_amount(Decimal(3), Decimal("1.115"), Decimal(10)) == Decimal("3.01")
    assert line_amount(Decimal(1), Decimal("100"), Decimal(100)) == 0


def test_a_line_that_is_only_a_description_comes_to_nothing() -> None:
    """Xero has lines without quantity and price (FACTS 4.3)."""
    fields = {"lines/l1/description": "Thank you", "lines/l1/quantity": None, "lines/l1/unit_price": None}
    assert amount_of_line(fields, "l1") == 0
    assert decimal_or_zero(None) == 0


def test_a_line_of_words_alone_takes_no_total_away() -> None:
    """It has no tax type because it has no tax: the invoice comes to what its other lines come to."""
    words = {"description": "Thank you", "quantity": None, "unit_price": None, "tax_type": None}
    fields = record({f"lines/l9/{name}": value for name, value in words.items()})
    assert totals(fields, RATES) == totals(RECORD, RATES)
    assert list(tax_amounts(fields, RATES) or {}) == ["l1", "l2"]


def test_an_unknown_rate_makes_an_unknown_total() -> None:
    """A guess would be worse than no answer; where no tax is, no rate is needed."""
    unknown = record({"lines/l1/tax_type": "TAX009"})
    assert totals(unknown, RATES) is None
    assert tax_amounts(unknown, RATES) is None
    untaxed = totals({**unknown, "amounts_are": "no_tax"}, RATES)
    assert untaxed == Totals(Decimal("1100.00"), Decimal("0.00"), Decimal("1100.00"))


def test_amounts_that_say_nothing_of_tax_are_without_it() -> None:
    """Xero's own default is exclusive (FACTS 4.4)."""
    fields = {path: value for path, value in RECORD.items() if path != "amounts_are"}
    assert totals(fields, RATES) == totals({**fields, "amounts_are": "tax_exclusive"}, RATES)


def test_halves_go_away_from_zero() -> None:
    """One cent of difference decides whether two totals agree, so the mode is fixed."""
    assert [cents(Decimal(text)) for text in ("0.005", "0.015", "-0.005", "0.0049")] == [
        Decimal(text) for text in ("0.01", "0.02", "-0.01", "0.00")
    ]


@properties
@given(quantity=QUANTITIES, price=PRICES, discount=PERCENTAGES)
def test_a_line_is_its_exact_product_in_cents(quantity: Decimal, price: Decimal, discount: Decimal) -> None:
    """Nothing is lost on the way to the one rounding."""
    exact = Fraction(quantity) * Fraction(price) * (100 - Fraction(discount)) / 100
    assert line_amount(quantity, price, discount) == rounded(exact)


@properties
@given(amount=AMOUNTS, rate=st.decimals("0", "30", places=2))
def test_a_lines_tax_is_its_exact_share_in_cents(amount: Decimal, rate: Decimal) -> None:
    """In an inclusive amount the tax is rate/(100+rate) of it, on an exclusive one rate/100."""
    share = Fraction(amount) * Fraction(rate)
    assert line_tax(amount, rate, "tax_inclusive") == rounded(share / (100 + Fraction(rate)))
    assert line_tax(amount, rate, "tax_exclusive") == rounded(share / 100)
    assert line_tax(amount, rate, "no_tax") == 0


@properties
@given(amounts_are=KINDS, lines=LINES)
def test_totals_are_sums_of_lines(amounts_are: str, lines: list[Any]) -> None:
    """Subtotal and tax make the total; tax is the sum of each line's own, inclusive amounts already hold it."""
    fields = invoice(amounts_are, lines)
    found, taxes = totals(fields, RATES), tax_amounts(fields, RATES)
    assert found is not None
    assert taxes is not None
    amounts = sum((amount_of_line(fields, f"l{number}") for number in range(len(lines))), Decimal(0))
    assert found.subtotal + found.tax == found.total
    assert found.tax == sum(taxes.values())
    assert amounts == (found.total if amounts_are == "tax_inclusive" else found.subtotal)
    assert all(amount == cents(amount) for amount in (found.subtotal, found.tax, found.total))


@properties
@given(amounts_are=KINDS, lines=LINES)
def test_a_credit_is_the_mirror_of_a_charge(amounts_are: str, lines: list[Any]) -> None:
    """Every price turned round turns every sum round, to the cent."""
    one = totals(invoice(amounts_are, lines), RATES)
    mirrored = [(quantity, -price, discount, tax) for quantity, price, discount, tax in lines]
    other = totals(invoice(amounts_are, mirrored), RATES)
    assert one is not None
    assert other == Totals(-one.subtotal, -one.tax, -one.total)


def test_payments_are_summed() -> None:
    """What was paid is the sum of all payments; none is nothing."""
    assert paid(RECORD) == 0
    assert paid(RECORD | payment("p1", "500") | payment("p2", "0.5")) == Decimal("500.5")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1890", "1890.00"), ("0.5", "0.50"), ("12.3456", "12.3456"), ("-3", "-3.00"), ("1.89E+3", "1890.00")],
)
def test_money_is_written_with_two_places_or_as_many_as_it_has(amount: str, text: str) -> None:
    """Prices keep their four places, everything else shows cents."""
    assert money_text(amount) == text
    assert money_text(Decimal(amount)) == text
