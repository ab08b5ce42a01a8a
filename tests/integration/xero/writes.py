"""Good writes, and what they leave in Xero, for the tests of one organisation."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.domain.xero.xero_contact import ContactWrite, XeroContact
from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, PaymentWrite, XeroInvoice
from app.xero.organisation import XeroSdkOrganisation
from tests.integration.xero.conftest import Xero

LINE: dict[str, Any] = {
    "description": "Supply and fit 250 L unit",
    "quantity": "1",
    "unit_price": "1890.1234",
    "discount_rate": None,
    "item": None,
    "account": "200",
    "tax_type": "OUTPUT",
}
HEADER: dict[str, Any] = {
    "number": "INV-0042",
    "reference": "PO 1177",
    "currency": "AUD",
    "amounts_are": "tax_inclusive",
    "issued_on": "2026-11-20",
    "due_on": "2026-12-04",
}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def create(contact: XeroContact, number: str = "INV-0042", **changes: Any) -> InvoiceWrite:
    """A good create of one line, with changes."""
    write = InvoiceWrite(
        None,
        HEADER | {"number": number},
        (LineWrite(None, LINE),),
        contact.xero_contact_id,
        "https://app.example/1",
    )
    return replace(write, **changes)


async def make_contact(
    organisation: XeroSdkOrganisation, name: str = "Kim Tran", mark: str = "pl-1"
) -> XeroContact:
    """A contact that our app made."""
    (made,) = await organisation.contacts.create(
        [ContactWrite({"name": name, "email": "k@example.com", "phone": "0400 000 000"}, mark)], mark
    )
    assert isinstance(made, XeroContact)
    return made


async def make_invoice(organisation: XeroSdkOrganisation, number: str = "INV-0042") -> XeroInvoice:
    """An invoice that our app made, for a contact of its own."""
    contact = await make_contact(organisation, f"Customer of {number}", f"pl-{number}")
    (made,) = await organisation.invoices.create([create(contact, number)], number)
    assert isinstance(made, XeroInvoice)
    return made


async def pay(
    xero: Xero, invoice: XeroInvoice, amount: str = "500.00", reference: str = "pl-p1"
) -> PaymentWrite:
    """A payment into the organisation's bank, not made yet."""
    accounts = (await xero.act("GET", "/accounts"))["Accounts"]
    bank = next(account["AccountID"] for account in accounts if account["Type"] == "BANK")
    return PaymentWrite(invoice.xero_invoice_id, bank, Decimal(amount), date(2026, 11, 20), reference)
