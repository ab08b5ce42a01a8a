"""Credits as Xero shows them, and how their amounts are spread over tax types."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.invoices.credit_lines import split_by_tax
from app.domain.record.credit import AppliedCredit, CreditKind, Overpaid
from app.domain.record.hub import Hub
from app.domain.record.money import covered, credited, paid
from app.domain.record.owed import next_change
from app.domain.record.sides import Side
from app.domain.xero.xero_invoice import Identities, XeroPayment, match_credits, observed_fields
from tests.unit.domain.samples import ORGANISATION, RECORD, credit, payment, record, xero_invoice
from tests.unit.domain.story import app_says, settled, xero_shows
from tests.unit.domain.strategies import properties

DAY = date(2026, 11, 21)
NOTE = AppliedCredit("n-1", CreditKind.CREDIT_NOTE, Decimal("40.00"), DAY, "CN-1")


def shown(
    *applied: AppliedCredit, held: dict[str, Any] | None = None, known: dict[str, str] | None = None
) -> dict[str, Any]:
    """The credits of an invoice that shows these, in canonical form."""
    invoice = xero_invoice(credits=applied)
    identities = Identities({"a": "l1", "b": "l2"}, {}, match_credits(invoice, known or {}))
    seen = observed_fields(invoice, identities, "cus_17", held or {})
    return {path: value for path, value in seen.items() if path.startswith("credits/")}


def test_a_credit_of_xero_is_named_after_its_id_and_one_of_ours_keeps_its_key() -> None:
    """So that it is the same credit whenever it is seen."""
    assert shown(NOTE) == credit("xero-n-1", "40", number="CN-1")
    assert shown(NOTE, known={"n-1": "c1"}) == credit("c1", "40", number="CN-1")


def test_several_allocations_of_one_credit_are_one_entry() -> None:
    """Their sum, dated with the last; Xero names the credit in each, and the app knows one credit."""
    later = AppliedCredit("n-1", CreditKind.CREDIT_NOTE, Decimal("2.50"), date(2026, 11, 25), "CN-1")
    assert shown(later, NOTE) == credit("xero-n-1", "42.5", number="CN-1", applied_on="2026-11-25")


def test_a_number_that_an_answer_leaves_out_is_no_edit() -> None:
    """Xero never takes a number away."""
    unnumbered = AppliedCredit("n-1", CreditKind.CREDIT_NOTE, Decimal(40), DAY)
    assert shown(unnumbered, held=credit("xero-n-1", "40", number="CN-1")) == shown(NOTE)


def test_credits_that_an_answer_does_not_carry_stay_as_they_were() -> None:
    """Absence from an answer that hides them is no removal."""
    held = credit("c1", "40")
    seen = observed_fields(xero_invoice(credits=None), Identities({"a": "l1", "b": "l2"}, {}), "cus_17", held)
    assert {path: value for path, value in seen.items() if path.startswith("credits/")} == held


@pytest.mark.parametrize(
    ("payments", "part", "amount"),
    [
        ((XeroPayment("x", Decimal(110), DAY),), Overpaid("o", Decimal(40), DAY), "150"),
        ((), Overpaid("o", Decimal(40), DAY, is_whole=True), "40"),
        ((), Overpaid("o", Decimal(40), DAY), None),
        ((), Overpaid("o", Decimal(40), DAY, is_whole=True, is_taken_back=True), None),
        (None, Overpaid("o", Decimal(40), DAY), "150"),
    ],
    ids=["a part", "all of it", "its payment is gone", "taken back", "payments are not shown"],
)
def test_a_payment_is_whole_although_xero_holds_it_in_two_parts(
    payments: tuple[XeroPayment, ...] | None, part: Overpaid, amount: str | None
) -> None:
    """What of it is an overpayment in Xero is no edit of its amount."""
    invoice = xero_invoice(payments=payments, credits=())
    identities = Identities({"a": "l1", "b": "l2"}, {"x": "p1"}, {}, {"p1": part})
    seen = observed_fields(invoice, identities, "cus_17", payment("p1", "150"))
    assert seen.get("payments/p1/amount") == amount
    assert ("payments/p1/paid_on" in seen) is (amount is not None)


def test_credits_cover_beside_payments() -> None:
    """What is due is the total less both."""
    fields = record(payment("p1", "500") | credit("c1", "40") | credit("c2", "60.5"))
    assert (paid(fields), credited(fields), covered(fields)) == (
        Decimal(500),
        Decimal("100.5"),
        Decimal("600.5"),
    )


def test_a_credit_travels_like_a_payment() -> None:
    """Xero's goes to the app with its number, the app's goes to Xero without its reason."""
    start = settled()
    seen = xero_shows(start, {**start.xero_shadow, **credit("xero-n", "40", number="CN-1")}).hub
    change = next_change(seen)
    assert change is not None
    assert change.moves["credits/xero-n/amount"][1] == "40"
    assert seen.record["credits/xero-n/reason"] is None
    said = app_says(start, {**start.partner_shadow, **credit("c1", "40", reason="Late")}).hub
    assert said.record["credits/c1/reason"] == "Late"
    assert Hub(record=said.record).kind.project(Side.XERO, said.record)["credits/c1/amount"] == "40"
    assert "credits/c1/reason" not in Hub().kind.project(Side.XERO, said.record)


def test_a_voided_invoice_has_no_credits_any_more() -> None:
    """Xero voids nothing that a credit is applied to (FACTS 4.1)."""
    start = settled(RECORD | credit("c1", "40", reason=None))
    seen = xero_shows(start, {"status": "cancelled"}).hub
    assert not any(path.startswith("credits/") for path in seen.record)


RATES = ORGANISATION.rates()
MIXED = record({"lines/l2/tax_type": "EXEMPTOUTPUT"})


def test_a_credit_is_taxed_as_the_lines_are() -> None:
    """880 with GST and 220 without: of every 110.00 that are credited, 88.00 are with GST."""
    assert split_by_tax(RECORD, RATES, Decimal(110)) == [("OUTPUT", Decimal(110))]
    assert split_by_tax(MIXED, RATES, Decimal(110)) == [
        ("OUTPUT", Decimal("88.00")),
        ("EXEMPTOUTPUT", Decimal("22.00")),
    ]


def test_amounts_without_tax_weigh_with_it() -> None:
    """880 and GST are 968: the share is of what the customer was told."""
    parts = dict(split_by_tax({**MIXED, "amounts_are": "tax_exclusive"}, RATES, Decimal(1188)))
    assert parts == {"OUTPUT": Decimal("968.00"), "EXEMPTOUTPUT": Decimal("220.00")}


def test_lines_that_come_to_nothing_take_no_part() -> None:
    """Words alone, and a tax type whose lines are below zero, are no reason for a line of the credit."""
    negative = {**MIXED, "lines/l2/unit_price": "-10"}
    assert split_by_tax(negative, RATES, Decimal(10)) == [("OUTPUT", Decimal("10.00"))]
    words = {**MIXED, "lines/l2/unit_price": None}
    assert split_by_tax(words, RATES, Decimal(10)) == [("OUTPUT", Decimal("10.00"))]
    nothing = {**RECORD, "lines/l1/unit_price": "0", "lines/l2/unit_price": "0"}
    assert split_by_tax(nothing, RATES, Decimal(10)) == [(None, Decimal(10))]


@properties
@given(
    amount=st.decimals("0.01", "99999.99", places=2),
    prices=st.tuples(*[st.decimals("0", "999", places=2)] * 2),
    basis=st.sampled_from(["tax_inclusive", "tax_exclusive", "no_tax"]),
)
def test_the_parts_of_a_credit_sum_up_to_it(
    amount: Decimal, prices: tuple[Decimal, Decimal], basis: str
) -> None:
    """To the cent, whatever the shares; no part is nothing."""
    fields = {
        **MIXED,
        "amounts_are": basis,
        "lines/l1/unit_price": str(prices[0]),
        "lines/l2/unit_price": str(prices[1]),
    }
    parts = [part for _, part in split_by_tax(fields, RATES, amount)]
    assert sum(parts) == amount
    assert all(part > 0 for part in parts)
