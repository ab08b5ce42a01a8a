"""What Xero shows, in canonical form under our own keys."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.record.sides import Side, Status, project
from app.domain.xero.xero_invoice import Identities, XeroPayment, line_members, observed_fields
from tests.unit.domain.samples import RECORD, payment, xero_invoice, xero_line

IDS = Identities({"a": "l1", "b": "l2"}, {"p": "p1", "q": "xero-q"})


def test_the_sample_invoice_and_the_sample_record_say_the_same() -> None:
    """One invoice in two forms: what Xero shows is the record as Xero would hold it."""
    assert observed_fields(xero_invoice(), IDS, "cus_17", {}) == project(Side.XERO, RECORD)


def test_the_order_of_lines_is_that_of_xero() -> None:
    """Keys stand where Xero's lines stand."""
    turned = xero_invoice(lines=tuple(reversed(xero_invoice().lines)))
    assert observed_fields(turned, IDS, "cus_17", {})["line_order"] == ["l2", "l1"]


def test_nothing_is_nothing_however_xero_says_it() -> None:
    """Empty texts, missing dates and a discount of zero are what the app calls null."""
    bare = xero_invoice(number="", reference="", issued_on=None, due_on=None, lines=(), currency=None)
    fields = observed_fields(bare, IDS, None, {})
    for path in ("number", "reference", "issued_on", "due_on", "contact", "currency"):
        assert fields[path] is None
    assert fields["line_order"] == []
    members = line_members(
        xero_line(
            "a", description="", quantity=None, unit_price=None, discount_rate=Decimal("0.00"), item_code=""
        )
    )
    assert set(members.values()) == {None, "210", "OUTPUT"}


def test_decimals_are_canonical() -> None:
    """Trailing zeros are no edit."""
    members = line_members(
        xero_line("a", quantity=Decimal("1.50"), unit_price=Decimal("1E+2"), discount_rate=Decimal("12.50"))
    )
    assert (members["quantity"], members["unit_price"], members["discount_rate"]) == ("1.5", "100", "12.5")


def test_payments_are_read_under_their_keys() -> None:
    """Amount and day, which is all that both sides hold."""
    made = (
        XeroPayment("p", Decimal("500.00"), date(2026, 11, 21)),
        XeroPayment("q", Decimal("1.50"), date(2026, 11, 22)),
    )
    fields = observed_fields(xero_invoice(payments=made), IDS, "cus_17", {})
    expected = payment("p1", "500") | payment("xero-q", "1.5", "2026-11-22")
    assert fields == project(Side.XERO, RECORD) | expected


def test_payments_that_an_answer_does_not_carry_are_as_they_were() -> None:
    """The answer to a write knows no payments, which is not the same as none (FACTS 4.7)."""
    held = {"reference": "old", **payment("p1", "500")}
    unsaid = observed_fields(xero_invoice(payments=None), IDS, "cus_17", held)
    assert unsaid == project(Side.XERO, RECORD) | payment("p1", "500")
    assert observed_fields(xero_invoice(payments=()), IDS, "cus_17", held) == project(Side.XERO, RECORD)


@pytest.mark.parametrize(
    ("word", "status", "is_over"),
    [
        ("AUTHORISED", Status.SENT, False),
        ("PAID", Status.SENT, False),
        ("VOIDED", Status.CANCELLED, True),
        ("DELETED", Status.CANCELLED, True),
        ("DRAFT", Status.DRAFT, False),
        ("SUBMITTED", Status.DRAFT, False),
        ("a new word", Status.DRAFT, False),
    ],
)
def test_xeros_statuses_in_our_words(word: str, status: Status, is_over: bool) -> None:
    """Paid follows from the payments; what we do not know stays home as a draft does."""
    invoice = xero_invoice(status=word)
    assert (invoice.canonical_status, invoice.is_over) == (status, is_over)
    assert observed_fields(invoice, IDS, "cus_17", {})["status"] == status.value
