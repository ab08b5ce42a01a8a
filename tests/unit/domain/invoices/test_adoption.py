"""An invoice that was in Xero before: taken for the same only where everything agrees, and joined as it is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from app.domain.invoices.adoption import as_adopted, find_difference
from app.domain.invoices.link import InvoiceLink, Standing, State
from app.domain.record.credit import AppliedCredit, CreditKind
from app.domain.record.hub import Hub
from app.domain.xero.xero_invoice import XeroPayment
from tests.unit.domain.samples import credit, payment, record, xero_invoice

TOTAL = Decimal("1100.00")
DAY = date(2026, 11, 23)


def paid(*amounts: str) -> dict[str, Any]:
    """Xero's invoice with these payments."""
    payments = tuple(XeroPayment(f"xp-{amount}", Decimal(amount), DAY) for amount in amounts)
    return {"payments": payments, "amount_paid": sum((each.amount for each in payments), Decimal(0))}


def credited(amount: str) -> dict[str, Any]:
    """Xero's invoice with a credit note."""
    applied = (AppliedCredit("xc-1", CreditKind.CREDIT_NOTE, Decimal(amount), DAY),)
    return {"credits": applied, "amount_credited": Decimal(amount)}


@pytest.mark.parametrize(
    ("differing", "named"),
    [
        ({}, None),
        ({"status": "PAID"}, None),
        ({"reference": "another", "due_on": None}, None),
        ({"is_receivable": False}, "no sales invoice"),
        ({"status": "DRAFT"}, "DRAFT"),
        ({"status": "VOIDED"}, "VOIDED"),
        ({"xero_contact_id": "xc-18"}, "customer"),
        ({"currency": "NZD"}, "NZD"),
        ({"issued_on": date(2026, 11, 21)}, "2026-11-21"),
        ({"total": Decimal("1100.01")}, "1100.01"),
        ({"lines": xero_invoice().lines[:1]}, "1 lines"),
        ({"payments": None, "amount_paid": Decimal(10)}, "payments are not known"),
        ({"credits": None, "amount_credited": Decimal(10)}, "credits are not known"),
    ],
)
def test_an_invoice_is_the_same_where_everything_agrees(differing: dict[str, Any], named: str | None) -> None:
    """What does not is named; words that a person may have edited count for nothing."""
    difference = find_difference(record(), TOTAL, xero_invoice(**differing), "xc-17")
    assert (named or "") in (difference or "")
    assert (difference is None) == (named is None)


def test_without_a_total_or_a_customer_nothing_is_the_same() -> None:
    """What is not known cannot agree."""
    assert find_difference(record(), None, xero_invoice(), "xc-17") is not None
    assert find_difference(record(), TOTAL, xero_invoice(), None) is not None


@pytest.mark.parametrize(
    ("ours", "theirs", "is_same"),
    [
        ({}, paid(), True),
        ({}, paid("500"), True),
        (payment("p1", "500"), paid(), True),
        (payment("p1", "500"), paid("500"), True),
        (payment("p1", "500") | payment("p2", "600"), paid("600"), True),
        (payment("p1", "500"), paid("500", "600"), True),
        # Each side has money that the other does not know of: which is which, a person knows.
        (payment("p1", "500"), paid("600"), False),
        (payment("p1", "500") | payment("p2", "100"), paid("500", "600"), False),
        # One that came from Xero is Xero's.
        (payment("xero-xp-600", "600"), paid("600"), True),
        (credit("c1", "40"), credited("40"), True),
        (credit("c1", "40"), credited("50"), False),
    ],
)
def test_payments_may_be_missing_on_one_side_and_not_be_others_on_both(
    ours: dict[str, Any], theirs: dict[str, Any], is_same: bool
) -> None:
    """A payment is never made beside one that may be the same money."""
    difference = find_difference(record(ours), TOTAL, xero_invoice(**theirs), "xc-17")
    assert (difference is None) is is_same


def test_what_is_adopted_keeps_the_books_as_they_are_and_the_apps_keys() -> None:
    """Account, tax type and the day of a payment are agreed to be what Xero has; other differences are open."""
    ours = record(payment("p1", "500", "2026-11-21") | credit("c1", "40"))
    link = InvoiceLink(
        id=uuid4(),
        partner_invoice_id="inv_1",
        xero_invoice_id=None,
        generation=1,
        hub=Hub(record=ours),
        standing=Standing(State.BEHIND),
    )
    invoice = xero_invoice(**paid("500"), **credited("40"), is_sent=False)
    adopted = as_adopted(link, invoice)
    assert adopted.payment_ids == {"xp-500": "p1"}
    assert adopted.credit_ids == {"xc-1": "c1"}
    ground = adopted.hub.xero_shadow
    assert (ground["lines/l1/account"], ground["payments/p1/paid_on"]) == ("210", "2026-11-21")
    assert ground["is_sent"] is False
    assert not {"reference", "lines/l1/description", "due_on", "number"} & ground.keys()
    again = replace(adopted, payment_ids={"other": "p9"})
    assert as_adopted(again, invoice).payment_ids == {"other": "p9", "xp-500": "p1"}
