"""From writes in canonical words to the bodies of Xero's requests. The other direction is `from_xero`.

Pure. Bodies are plain values that the SDK sends as they are: its models would refuse a currency that they do not know,
and shift the day of a date (FACTS 6). Nulls cannot be sent at all, so a field is cleared by an empty text where Xero
allows that and left alone elsewhere. LineAmount is never sent: beside quantity and price it could only contradict them.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from app.domain.record.fields import Value
from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, PaymentWrite
from app.xero.json_values import Json
from app.xero.words import DELETED, LINE_AMOUNT_TYPES, STATUSES

_HEADER: dict[str, tuple[str, Callable[[Value], Any]]] = {
    "status": ("Status", STATUSES.__getitem__),
    "number": ("InvoiceNumber", str),
    "reference": ("Reference", str),
    "issued_on": ("Date", str),
    "due_on": ("DueDate", str),
    "currency": ("CurrencyCode", str),
    "amounts_are": ("LineAmountTypes", lambda word: LINE_AMOUNT_TYPES.get(word, word)),
    "is_sent": ("SentToContact", bool),
}
"""Canonical header names, Xero's names, and how a value is said in Xero. `contact` goes by id, beside these."""

_LINE: dict[str, tuple[str, Callable[[Value], Any]]] = {
    "description": ("Description", str),
    "quantity": ("Quantity", Decimal),
    "unit_price": ("UnitAmount", Decimal),
    "discount_rate": ("DiscountRate", Decimal),
    "discount_amount": ("DiscountAmount", Decimal),
    "item": ("ItemCode", str),
    "account": ("AccountCode", str),
    "tax_type": ("TaxType", str),
    "tracking": ("Tracking", lambda words: [{"Name": n, "Option": o} for n, o in sorted(words.items())]),
}

_CLEARED: dict[str, Any] = {"Reference": ""}
_CLEARED_ON_A_LINE: dict[str, Any] = {
    "Description": "",
    "Quantity": Decimal(1),
    "ItemCode": "",
    "DiscountRate": Decimal(0),
    "DiscountAmount": Decimal(0),
    "Tracking": [],
}
"""What Xero takes for "no value" in a line that exists and would otherwise keep the value it has; of no quantity it
makes one in a new line.
"""

_DISCOUNTS = ("DiscountRate", "DiscountAmount")


def invoices_to_xero(writes: Sequence[InvoiceWrite]) -> Json:
    """The body of one PUT (all creates) or POST (all updates)."""
    return {"Invoices": [invoice_to_xero(write) for write in writes]}


def invoice_to_xero(write: InvoiceWrite) -> Json:
    """One element: a create is approved and marked as sent, unless it is a draft; an update holds its id and what it
    names, nothing more.

    Raises `ValueError` for lines without `amounts_are`: Xero would take the amounts of an inclusive invoice for
    exclusive ones (FACTS 4.4).
    """
    if write.lines is not None and not write.header.get("amounts_are"):
        raise ValueError("lines are never written without amounts_are")
    element: Json = (
        {"Type": "ACCREC"} if write.xero_invoice_id is None else {"InvoiceID": write.xero_invoice_id}
    )
    element |= _say(write.header, _HEADER, {} if write.xero_invoice_id is None else _CLEARED)
    if write.xero_invoice_id is None:
        element.pop("SentToContact", None)
        element |= _say_new_status(write)
        if write.url:
            element["Url"] = write.url
        if write.branding_theme_id:
            element["BrandingThemeID"] = write.branding_theme_id
        if write.currency_rate:
            element["CurrencyRate"] = Decimal(write.currency_rate)
    elif write.is_draft and write.header.get("status") == "cancelled":
        element["Status"] = DELETED
    if write.xero_contact_id is not None:
        # Any other field beside the id would edit the contact (FACTS 0.9).
        element["Contact"] = {"ContactID": write.xero_contact_id}
    if write.lines is not None:
        element["LineItems"] = [line_to_xero(line) for line in write.lines]
    return element


def _say_new_status(write: InvoiceWrite) -> Json:
    """Of a draft nothing is said of its being sent, of which Xero would warn (FACTS 4.8)."""
    if write.header.get("status") == "draft":
        return {"Status": STATUSES["draft"]}
    return {"Status": STATUSES["sent"], "SentToContact": True}


def line_to_xero(write: LineWrite) -> Json:
    """One whole line. Its account is named also where an item would bring one of its own (FACTS 5)."""
    element: Json = {} if write.xero_line_id is None else {"LineItemID": write.xero_line_id}
    element |= _say(write.members, _LINE, {} if write.xero_line_id is None else _CLEARED_ON_A_LINE)
    if element.get("DiscountRate") or element.get("DiscountAmount"):
        # Xero takes one of the two: naming the other, even as nothing, would contradict it.
        element = {name: said for name, said in element.items() if name not in _DISCOUNTS or said}
    if write.xero_account_id is not None:
        element |= say_account(write.xero_account_id, element.pop("AccountCode", None))
    if write.tracking_ids:
        element["Tracking"] = [
            {"TrackingCategoryID": category, "TrackingOptionID": option}
            for category, option in sorted(write.tracking_ids.items())
        ]
    if write.tax_amount is not None:
        element["TaxAmount"] = write.tax_amount
    return element


def say_account(xero_account_id: str, code: str | None) -> Json:
    """An account of a line, by its id, which nobody can edit, and by its code where it has one (FACTS 5)."""
    by_id = {"AccountID": xero_account_id}
    return by_id if code in (None, xero_account_id) else {"AccountCode": code} | by_id


def payments_to_xero(writes: Sequence[PaymentWrite]) -> Json:
    """The body of a PUT of new payments; the account goes by id, since many bank accounts have no code (FACTS 5)."""
    return {
        "Payments": [
            {
                "Invoice": {"InvoiceID": write.xero_invoice_id},
                "Account": {"AccountID": write.xero_account_id},
                "Date": write.paid_on.isoformat(),
                "Amount": write.amount,
                "Reference": write.reference,
            }
            for write in writes
        ]
    }


def _say(values: Any, names: dict[str, tuple[str, Callable[[Value], Any]]], cleared: dict[str, Any]) -> Json:
    element: Json = {}
    for ours, (xero, say) in names.items():
        if ours not in values:
            continue
        if values[ours] is not None:
            element[xero] = say(values[ours])
        elif xero in cleared:
            element[xero] = cleared[xero]
    return element
