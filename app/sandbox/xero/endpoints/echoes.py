"""How a refused element is shown: what was sent, in the forms in which Xero shows things.

Dates go out as `/Date()/`, values that could not be shown (an unknown status or type) are left out, and an element that
would have been new carries the zero id.
"""

from typing import Any

from app.sandbox.xero.forms.answers import NO_ID
from app.sandbox.xero.forms.dates import date_string, net_date
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.writes.editing import NEW_STATUSES

_INVOICE_TEXTS = ("InvoiceNumber", "Reference", "Url")
_CONTACT_TEXTS = ("ContactNumber", "AccountNumber", "Name", "FirstName", "LastName", "EmailAddress")
_LINE_NUMBERS = ("Quantity", "UnitAmount", "TaxAmount", "LineAmount", "DiscountRate", "DiscountAmount")
_LINE_TEXTS = ("LineItemID", "Description", "ItemCode", "AccountCode", "AccountID", "TaxType")


def echo_invoice(element: Element) -> dict[str, Any]:
    """A refused invoice."""
    shown: dict[str, Any] = {"InvoiceID": element.text("InvoiceID") or NO_ID}
    if element.text("Type") in ("ACCREC", "ACCPAY"):
        shown["Type"] = element.text("Type")
    shown |= _texts(element, _INVOICE_TEXTS)
    shown |= {"Payments": [], "CreditNotes": [], "Prepayments": [], "Overpayments": []}
    contact = element.one("Contact")
    if contact is not None:
        shown["Contact"] = echo_contact(contact)
    shown |= _days(element)
    if element.text("Status") in (*NEW_STATUSES, "VOIDED", "DELETED", "PAID"):
        shown["Status"] = element.text("Status")
    if element.text("LineAmountTypes") in ("Exclusive", "Inclusive", "NoTax"):
        shown["LineAmountTypes"] = element.text("LineAmountTypes")
    return {**shown, "LineItems": [_echo_line(line) for line in element.many("LineItems") or []]}


def echo_contact(element: Element) -> dict[str, Any]:
    """A refused contact, or the contact of a refused invoice."""
    return {
        "ContactID": element.text("ContactID") or NO_ID,
        **_texts(element, _CONTACT_TEXTS),
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }


def echo_credit_note(element: Element) -> dict[str, Any]:
    """A refused credit note."""
    shown = echo_invoice(element)
    for name in ("InvoiceID", "InvoiceNumber", "Url", "CreditNotes", "Prepayments", "Overpayments"):
        shown.pop(name, None)
    shown.pop("Type", None)
    if element.text("Type") in ("ACCRECCREDIT", "ACCPAYCREDIT"):
        shown["Type"] = element.text("Type")
    identity = {"CreditNoteID": element.text("CreditNoteID") or NO_ID}
    return {**identity, **_texts(element, ("CreditNoteNumber",)), **shown}


def echo_allocation(element: Element) -> dict[str, Any]:
    """A refused allocation."""
    shown: dict[str, Any] = _numbers(element, ("Amount",))
    day = element.day("Date")
    if day:
        shown["Date"] = net_date(day)
    invoice = element.one("Invoice")
    if invoice is not None:
        shown["Invoice"] = {**_texts(invoice, ("InvoiceID", "InvoiceNumber")), "LineItems": []}
    return shown


def echo_payment(element: Element) -> dict[str, Any]:
    """A refused payment."""
    shown: dict[str, Any] = {
        "PaymentID": NO_ID,
        **_texts(element, ("Reference",)),
        **_numbers(element, ("Amount",)),
    }
    day = element.day("Date")
    if day:
        shown["Date"] = net_date(day)
    invoice = element.one("Invoice")
    if invoice is not None:
        shown["Invoice"] = {**_texts(invoice, ("InvoiceID", "InvoiceNumber")), "LineItems": []}
    account = element.one("Account")
    if account is not None:
        shown["Account"] = _texts(account, ("AccountID", "Code"))
    return shown


def _echo_line(line: Element) -> dict[str, Any]:
    return {
        **_texts(line, _LINE_TEXTS),
        **_numbers(line, _LINE_NUMBERS),
        "Tracking": [],
        "ValidationErrors": [],
    }


def _texts(element: Element, names: tuple[str, ...]) -> dict[str, str]:
    return {name: element.text(name) or "" for name in names if element.has(name)}


def _numbers(element: Element, names: tuple[str, ...]) -> dict[str, float]:
    values = {name: element.number(name) for name in names}
    return {name: float(value) for name, value in values.items() if value is not None}


def _days(element: Element) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name in ("Date", "DueDate"):
        day = element.day(name)
        if day:
            shown |= {f"{name}String": date_string(day), name: net_date(day)}
    return shown
