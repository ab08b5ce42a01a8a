"""What may be edited once an invoice is paid, part-paid or in a locked period (FACTS 4.2)."""

from typing import Any

import pytest

from app.sandbox.xero.writes.editing import DATE_FIXED, PAYMENT_APPLIED, VOID_BLOCKED
from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line, messages_of


@pytest.fixture
def paid(app: XeroApp) -> dict[str, Any]:
    """A part-paid invoice of one line."""
    made = app.put_invoice()
    assert app.pay(made, 50).status_code == 200
    return app.read_invoice(made["InvoiceID"])


def lines_of(invoice: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An update of the invoice's one line."""
    line = {"LineItemID": invoice["LineItems"][0]["LineItemID"], **changes}
    return {"LineAmountTypes": invoice["LineAmountTypes"], "LineItems": [line]}


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"Reference": "PO 9"}, "Reference", "PO 9"),
        ({"DueDate": "2077-02-01"}, "DueDateString", "2077-02-01T00:00:00"),
        ({"InvoiceNumber": "R-1"}, "InvoiceNumber", "R-1"),
        ({"Url": "https://app.example/1"}, "Url", "https://app.example/1"),
        ({"SentToContact": True}, "SentToContact", True),
    ],
)
def test_the_header_fields_that_stay_free_on_a_paid_invoice(
    app: XeroApp, paid: dict[str, Any], changes: dict[str, Any], name: str, value: object
) -> None:
    """Reference, DueDate, InvoiceNumber, Url."""
    assert app.post_invoice(paid, **changes).json()["Invoices"][0][name] == value


def test_description_account_and_contact_stay_free_on_a_paid_invoice(
    app: XeroApp, paid: dict[str, Any]
) -> None:
    """The line's money is sent unchanged or not at all."""
    changes = {
        **lines_of(paid, Description="Better words", AccountCode="210"),
        "Contact": {"Name": "Somebody else"},
    }
    after = app.post_invoice(paid, **changes).json()["Invoices"][0]
    line = after["LineItems"][0]
    assert (line["Description"], line["AccountCode"]) == ("Better words", "210")
    assert after["Contact"]["Name"] == "Somebody else"


def test_money_lines_and_date_are_fixed_on_a_paid_invoice(app: XeroApp, paid: dict[str, Any]) -> None:
    """Amounts, tax, basis, added and removed lines; the date with words of its own."""
    basis = {"LineAmountTypes": "Exclusive"}
    refused = [
        lines_of(paid, UnitAmount=90),
        lines_of(paid, Quantity=2),
        lines_of(paid, TaxType="EXEMPTOUTPUT"),
        lines_of(paid, DiscountRate=10),
        {**basis, "LineItems": [*lines_of(paid)["LineItems"], build_line()]},
        {**basis, "LineItems": [build_line()]},
        {"LineAmountTypes": "Inclusive"},
    ]
    for changes in refused:
        assert messages_of(app.post_invoice(paid, **changes)) == [PAYMENT_APPLIED]
    assert messages_of(app.post_invoice(paid, Date="2026-11-19")) == [DATE_FIXED]
    assert app.read_invoice(paid["InvoiceID"])["UpdatedDateUTC"] == paid["UpdatedDateUTC"]


def test_lines_of_a_paid_invoice_change_places_and_keep_their_money(app: XeroApp) -> None:
    """The order is free; two lines that exchange their prices are not the lines that were paid."""
    lines = [build_line(Description="A", UnitAmount=100), build_line(Description="B", UnitAmount=20)]
    invoice = app.put_invoice(LineItems=lines)
    assert app.pay(invoice, 40).status_code == 200
    first, second = ({"LineItemID": each["LineItemID"]} for each in invoice["LineItems"])
    moved = app.post_invoice(invoice, LineItems=[second, first]).json()["Invoices"][0]
    assert [line["Description"] for line in moved["LineItems"]] == ["B", "A"]
    exchanged = [first | {"UnitAmount": 20}, second | {"UnitAmount": 100}]
    assert messages_of(app.post_invoice(invoice, LineItems=exchanged)) == [PAYMENT_APPLIED]


def test_an_invoice_with_payments_cannot_be_voided(app: XeroApp, paid: dict[str, Any]) -> None:
    """Delete the payments first, then void."""
    assert messages_of(app.post_invoice(paid, Status="VOIDED")) == [VOID_BLOCKED]
    payment_id = paid["Payments"][0]["PaymentID"]
    assert app.call("POST", f"/Payments/{payment_id}", {"Status": "DELETED"}).status_code == 200
    assert app.post_invoice(paid, Status="VOIDED").json()["Invoices"][0]["Status"] == "VOIDED"


def test_a_fully_paid_invoice_cannot_be_set_authorised(app: XeroApp) -> None:
    """PAID is Xero's to set and to take back."""
    made = app.put_invoice()
    app.pay(made, 110)
    assert app.read_invoice(made["InvoiceID"])["Status"] == "PAID"
    assert messages_of(app.post_invoice(made, Status="AUTHORISED"))[0].startswith(
        "The status AUTHORISED cannot be"
    )
    assert app.post_invoice(made, Reference="still free").status_code == 200


def test_due_date_alone_does_not_move_the_instant_of_a_part_paid_invoice(
    app: XeroApp, paid: dict[str, Any]
) -> None:
    """Nor does SentToContact: no webhook and no If-Modified-Since tells of it (FACTS 0.10)."""
    after = app.post_invoice(paid, DueDate="2077-02-01", SentToContact=True).json()["Invoices"][0]
    assert after["DueDateString"] == "2077-02-01T00:00:00"
    assert after["UpdatedDateUTC"] == paid["UpdatedDateUTC"]


def test_nothing_moves_in_a_locked_period(app: XeroApp) -> None:
    """Edits, voids, new documents and new dates on or before the lock date, in Xero's words."""
    made = app.put_invoice()
    later = app.put_invoice(Date="2026-12-15")
    facts = f"/organisations/{app.tenant_id}/facts"
    app.control("POST", facts, period_lock_date="2026-11-30")
    locked = ["The document date cannot be before the period lock date, currently set at 30 November 2026"]
    assert messages_of(app.post_invoice(made, Reference="x")) == locked
    assert messages_of(app.post_invoice(made, Status="VOIDED")) == locked
    assert messages_of(app.call("PUT", "/Invoices", build_invoice(Date="2026-11-30"))) == locked
    assert messages_of(app.post_invoice(later, Date="2026-11-30")) == locked
    assert messages_of(app.pay(later, 10)) == locked
    assert app.post_invoice(later, Reference="free").status_code == 200
    assert app.get("/Organisation")["Organisations"][0]["PeriodLockDate"] == "/Date(1795996800000+0000)/"
    app.control("POST", facts, period_lock_date=None, end_of_year_lock_date="2026-11-30")
    assert "end of year lock date" in messages_of(app.post_invoice(made, Reference="x"))[0]
