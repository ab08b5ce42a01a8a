"""From Xero's JSON to domain values, on Xero's own examples and on worse."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.xero.xero_invoice import XeroPayment
from app.xero.failures import parse_json
from app.xero.from_xero import invoice_from_xero, payment_from_xero
from app.xero.json_values import read_date, read_instant

EXAMPLES = Path(__file__).parents[4] / "shared" / "xero" / "examples"


def example(name: str, member: str) -> list[dict[str, Any]]:
    """The elements of one of Xero's published examples; the test is skipped where they are not at hand."""
    path = EXAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return list(parse_json(path.read_bytes())[member])


def test_xeros_example_invoices_are_read_whole() -> None:
    """A voided, a paid and an approved invoice, as a list shows them."""
    voided, paid, approved = map(invoice_from_xero, example("Invoices_get_response_200", "Invoices"))
    assert (voided.status, voided.is_over, voided.number) == ("VOIDED", True, "INV-0001")
    assert (paid.total, paid.amount_paid, paid.currency) == (Decimal("46.0"), Decimal("46.0"), "NZD")
    assert paid.payments == (
        XeroPayment("99ea7f6b-c513-4066-bc27-b7c65dcd76c2", Decimal("46.0"), date(2018, 11, 29)),
    )
    assert (approved.issued_on, approved.due_on) == (date(2018, 11, 2), date(2018, 11, 7))
    assert approved.amounts_are == "tax_exclusive"
    assert (paid.is_sent, approved.is_sent) == (True, False)


def test_the_instant_of_an_update_is_the_one_with_milliseconds() -> None:
    """The twin UpdatedDateUTCString has whole seconds only (FACTS 4.5)."""
    voided = invoice_from_xero(example("Invoices_get_response_200", "Invoices")[0])
    assert voided.updated_at == datetime(2018, 11, 2, 16, 31, 30, 160_000, UTC)


def test_the_answer_to_a_write_has_lines_and_knows_no_payments() -> None:
    """Without the element nothing is said about payments, which is not the same as none."""
    created = invoice_from_xero(example("Invoices_post_response_200", "Invoices")[0])
    assert created.payments is None
    (line,) = created.lines
    assert (line.description, line.quantity, line.unit_price) == (
        "Acme Tires",
        Decimal("2.0"),
        Decimal("20.0"),
    )
    assert (line.account, line.tax_type, line.tax_amount) == ("200", "NONE", Decimal("0.0"))


def test_new_words_are_kept_as_they_are() -> None:
    """Xero adds words without notice; none may cost the rest of the page (FACTS 0.5)."""
    invoice = invoice_from_xero(
        {"Type": "ACCNEW", "Status": "PARKED", "LineAmountTypes": "Gross", "CurrencyCode": "XXZ"}
    )
    assert (invoice.status, invoice.amounts_are, invoice.currency) == ("PARKED", "Gross", "XXZ")
    assert not invoice.is_receivable
    assert not invoice.is_over


def test_nulls_are_nothing_and_never_the_word_none() -> None:
    """The SDK reads a null text as 'None' and raises on other nulls (FACTS 6)."""
    names = [
        "InvoiceNumber",
        "Reference",
        "Date",
        "DueDate",
        "CurrencyCode",
        "Contact",
        "LineItems",
        "Payments",
        "Url",
    ]
    names += ["Total", "AmountDue", "UpdatedDateUTC", "SentToContact", "LineAmountTypes", "Status"]
    invoice = invoice_from_xero({"InvoiceID": "i-1", "Type": "ACCREC", **dict.fromkeys(names)})
    assert (invoice.number, invoice.reference, invoice.issued_on, invoice.url) == (None, None, None, None)
    assert (invoice.lines, invoice.payments, invoice.total, invoice.status) == ((), None, Decimal(0), "")


def test_deleted_payments_do_not_count() -> None:
    """Deletion leaves a payment readable (FACTS 5)."""
    element = {
        "Payments": [
            {"PaymentID": "p-1", "Amount": 5, "Status": "DELETED"},
            {"PaymentID": "p-2", "Amount": 5},
        ]
    }
    payments = invoice_from_xero(element).payments
    assert payments is not None
    assert [payment.xero_payment_id for payment in payments] == ["p-2"]


def test_a_line_names_its_account_by_code_and_else_by_id() -> None:
    """The record's accounts are codes; an account need not have one."""
    lines = [{"AccountCode": "200", "AccountID": "a-1"}, {"AccountID": "a-2"}, {"Description": "only words"}]
    assert [line.account for line in invoice_from_xero({"LineItems": lines}).lines] == ["200", "a-2", None]


def test_xeros_example_payment_is_read() -> None:
    """An amount that JSON has as a number is a decimal."""
    payment = payment_from_xero(example("Payments_get_response_200", "Payments")[1])
    assert payment == XeroPayment("6b037c9b-2e5d-4905-84d3-eabfb3438242", Decimal("2.0"), date(2019, 3, 14))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("/Date(1539993600000+0000)/", date(2018, 10, 20)),
        ("/Date(1539993600000)/", date(2018, 10, 20)),
        ("/Date(1539950400000+1300)/", date(2018, 10, 20)),
        ("/Date(-86400000+0000)/", date(1969, 12, 31)),
        ("2018-10-20T00:00:00", date(2018, 10, 20)),
        ("2018-10-20", date(2018, 10, 20)),
        ("/Date(soon)/", None),
        ("/Date(99999999999999999999)/", None),
        ("", None),
        (None, None),
        (20181020, None),
    ],
)
def test_a_day_is_read_in_every_form_without_a_shift(text: Any, day: date | None) -> None:
    """The day is the organisation's own, whatever the zone of this machine (FACTS 4.5)."""
    assert read_date({"Date": text}, "Date") == day


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("/Date(1541176290160+0000)/", datetime(2018, 11, 2, 16, 31, 30, 160_000, UTC)),
        ("2018-11-02T16:31:30+00:00", datetime(2018, 11, 2, 16, 31, 30, tzinfo=UTC)),
        ("2018-11-02T16:31:30", datetime(2018, 11, 2, 16, 31, 30, tzinfo=UTC)),
        ("yesterday", None),
    ],
)
def test_an_instant_is_aware_in_every_form(text: str, instant: datetime | None) -> None:
    """Xero's UTC fields carry their zone only sometimes."""
    assert read_instant({"At": text}, "At") == instant
