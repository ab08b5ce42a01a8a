"""Whether an element of a batch's answer is about the write at its place.

Xero answers in the order in which it was asked, as far as anybody has seen; nothing promises it. Taken by its place
alone, an answer in another order would give one invoice's id to another. What an element says of itself is held
against what was asked: an id, a number, our marker. What it does not say contradicts nothing.
"""

from collections.abc import Callable
from typing import TypeVar

from app.domain.xero.xero_contact import ContactWrite
from app.domain.xero.xero_credit import CreditWrite
from app.domain.xero.xero_invoice import InvoiceWrite, PaymentWrite
from app.domain.xero.xero_item import ItemWrite
from app.xero.json_values import Json, read_object, read_text

Write = TypeVar("Write")
IsOf = Callable[[Write, Json], bool]

_NO_ID = "00000000-0000-0000-0000-000000000000"
"""Stands in elements that were refused and would have been new."""


def is_of_invoice(write: InvoiceWrite, element: Json) -> bool:
    """An update by its id; a create by its number, its reference and its customer."""
    if write.xero_invoice_id is not None:
        return _agrees(element, "InvoiceID", write.xero_invoice_id)
    contact = read_object(element, "Contact")
    return (
        _agrees(element, "InvoiceNumber", write.header.get("number"))
        and _agrees(element, "Reference", write.header.get("reference"))
        and _agrees(contact, "ContactID", write.xero_contact_id)
    )


def is_of_contact(write: ContactWrite, element: Json) -> bool:
    """An update by its id; a create by our marker and its name."""
    if write.held is not None:
        return _agrees(element, "ContactID", write.held.xero_contact_id)
    return _agrees(element, "ContactNumber", write.contact_number) and _agrees(
        element, "Name", write.fields.get("name")
    )


def is_of_payment(write: PaymentWrite, element: Json) -> bool:
    """By our marker and its invoice."""
    invoice = read_object(element, "Invoice")
    return _agrees(element, "Reference", write.reference) and _agrees(
        invoice, "InvoiceID", write.xero_invoice_id
    )


def is_of_credit(write: CreditWrite, element: Json) -> bool:
    """By our marker and its customer."""
    contact = read_object(element, "Contact")
    return _agrees(element, "Reference", write.reference) and _agrees(
        contact, "ContactID", write.xero_contact_id
    )


def is_of_item(write: ItemWrite, element: Json) -> bool:
    """By its id and its code."""
    return _agrees(element, "ItemID", write.xero_item_id) and _agrees(
        element, "Code", write.fields.get("code")
    )


def _agrees(element: Json, name: str, asked: object) -> bool:
    """Whether it says the same, or nothing; blanks and case are Xero's to change."""
    said = _fold(read_text(element, name))
    return not asked or said in ("", _NO_ID) or said == _fold(str(asked))


def _fold(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()
