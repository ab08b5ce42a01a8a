"""What is taken for the last agreement when a link turns out to be another invoice of Xero's."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.invoices.relink import find_ground, match_alike_payments, why_not_relinked, why_overtaken
from app.domain.record.fields import keys_of
from app.domain.record.sides import Side, project
from app.domain.xero.xero_invoice import XeroPayment
from tests.unit.domain.samples import payment, record, xero_invoice


def paid(key: str, amount: str, day: int) -> XeroPayment:
    """A payment in Xero."""
    return XeroPayment(key, Decimal(amount), date(2026, 11, day))


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
