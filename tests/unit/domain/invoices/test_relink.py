"""What is taken for the last agreement when a link turns out to be another invoice of Xero's."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.invoices.relink import (
    find_ground,
    match_alike_credits,
    match_alike_payments,
    why_not_relinked,
    why_overtaken,
)
from app.domain.record.credit import AppliedCredit, CreditKind
from app.domain.record.fields import keys_of
from app.domain.record.sides import Side, project
from app.domain.xero.xero_invoice import XeroPayment
from tests.unit.domain.samples import payment, record, xero_invoice


def paid(key: str, amount: str, day: int) -> XeroPayment:
    """A payment in Xero."""
    return XeroPayment(key, Decimal(amount), date(2026, 11, day))


def credit(key: str, amount: str, number: str | None = None, kind: str = "credit_note") -> dict[str, Any]:
    """A credit of the record."""
    members = {"kind": kind, "amount": amount, "applied_on": "2026-11-21", "number": number, "reason": None}
    return {f"credits/{key}/{name}": value for name, value in members.items()}


def applied(key: str, amount: str, number: str | None = None) -> AppliedCredit:
    """A credit note that is set against an invoice in Xero."""
    return AppliedCredit(key, CreditKind.CREDIT_NOTE, Decimal(amount), date(2026, 11, 22), number)


@pytest.mark.parametrize(
    ("differing", "changes", "owner", "why"),
    [
        ({"is_receivable": False}, {}, None, "bill"),
        ({"status": "DRAFT"}, {}, None, "DRAFT"),
        ({"status": "VOIDED"}, {}, None, "VOIDED"),
        ({}, {}, "inv_2", "inv_2"),
        ({}, {"status": "cancelled"}, None, "cancelled"),
    ],
)
def test_only_an_approved_invoice_that_is_nobodys_can_be_linked(
    differing: Any, changes: Any, owner: str | None, why: str
) -> None:
    """The reason says what stands in the way."""
    assert why in str(why_not_relinked(xero_invoice(**differing), record(changes), owner))


def test_one_that_fits_is_linked_and_none_is_not() -> None:
    """Xero may not have what was named."""
    assert why_not_relinked(xero_invoice(), record(), None) is None
    assert why_not_relinked(None, record(), None) == "Xero has no such invoice."
    assert why_not_relinked(xero_invoice(), record({"status": "cancelled"}), None, is_owed=True) is None


def test_only_what_would_be_replaced_can_overtake_the_decision() -> None:
    """An edit in Xero after the decision; one at that very moment was there to be seen."""
    invoice = xero_invoice()
    at, before = invoice.updated_at, invoice.updated_at - timedelta(milliseconds=1)
    assert "decide again" in str(why_overtaken(invoice, Side.PARTNER, before))
    assert why_overtaken(invoice, Side.PARTNER, at) is None
    assert why_overtaken(invoice, Side.XERO, before) is None


def test_payments_that_are_alike_are_the_same_each_once() -> None:
    """The same amount on the same day first, then the same amount; what is left is two payments."""
    ours = record(
        payment("p1", "100", "2026-11-21") | payment("p2", "100", "2026-11-22") | payment("p3", "7")
    )
    theirs = (paid("a", "100", 22), paid("b", "100", 30), paid("c", "100", 21))
    assert match_alike_payments(xero_invoice(payments=theirs), ours) == {"a": "p2", "c": "p1"}


def test_credits_that_are_alike_are_the_same_each_once() -> None:
    """Known by its id first, whatever it comes to; then of one kind and amount, at best with the same number."""
    ours = record(
        credit("c1", "40", "CN-1")
        | credit("c2", "40", "CN-2")
        | credit("c3", "9")
        | credit("c4", "9", kind="prepayment")
    )
    theirs = (
        applied("a", "40", "CN-2"),
        applied("b", "40", "CN-7"),
        applied("c", "9"),
        applied("d", "3"),
        applied("d", "4"),
    )
    invoice = xero_invoice(credits=theirs)
    assert match_alike_credits(invoice, ours, {}) == {"a": "c2", "b": "c1", "c": "c3"}
    assert match_alike_credits(invoice, ours, {"d": "c3", "a": "gone"}) == {"d": "c3", "a": "c2", "b": "c1"}


def test_what_xero_says_of_a_credit_that_is_alike_stands() -> None:
    """Its number there is Xero's own, whoever's words stand."""
    ours = record(credit("c1", "40"))
    seen = project(Side.XERO, record(credit("c1", "40", "CN-1") | credit("xero-b", "7", "CN-2")))
    ground = find_ground(ours, seen, Side.PARTNER, {}, {"a": "c1"})
    assert keys_of(ground, "credits") == ["c1"]
    assert ground["credits/c1/number"] is None


@pytest.mark.parametrize("content", list(Side))
def test_payments_of_neither_side_are_taken_away(content: Side) -> None:
    """Only those that are alike are common ground, whoever's words stand."""
    ours = record(payment("p1", "100") | payment("p2", "5"))
    seen = project(Side.XERO, record(payment("p1", "100") | payment("xero-b", "9") | {"reference": "PO x"}))
    ground = find_ground(ours, seen, content, {"a": "p1"})
    assert keys_of(ground, "payments") == ["p1"]
    assert ground["reference"] == ("PO x" if content is Side.PARTNER else "PO 1177")


def test_that_it_was_sent_stays_true() -> None:
    """An unticked box in Xero does not unsend what the app has sent."""
    seen = project(Side.XERO, record({"is_sent": False}))
    assert find_ground(record(), seen, Side.XERO, {})["is_sent"] is False
