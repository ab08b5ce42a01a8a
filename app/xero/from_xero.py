"""From Xero's JSON to domain values: invoices, payments and contacts. The other direction is `to_xero`.

Pure, and tolerant: words that we do not know stay Xero's own text, and what is missing or null is taken for the least
that it can mean, because a reader that fails on a new word fails for every invoice of the page (FACTS 6).
"""

from decimal import Decimal

from app.domain.xero_contact import XeroContact
from app.domain.xero_invoice import XeroInvoice, XeroLine, XeroPayment
from app.xero.json_values import (
    EPOCH,
    Json,
    read_date,
    read_decimal,
    read_instant,
    read_object,
    read_objects,
    read_text,
)
from app.xero.words import AMOUNTS_ARE_OF

_ZERO = Decimal(0)
_PHONE_TYPES = ("DEFAULT", "MOBILE", "DDI")
_UNUSABLE = {"ARCHIVED", "GDPRREQUEST"}


def invoice_from_xero(element: Json) -> XeroInvoice:
    """An invoice out of a read or of the answer to a write; `payments` is None where the element has none."""
    contact = read_object(element, "Contact")
    amounts_are = read_text(element, "LineAmountTypes") or ""
    return XeroInvoice(
        xero_invoice_id=read_text(element, "InvoiceID") or "",
        is_receivable=element.get("Type") == "ACCREC",
        status=read_text(element, "Status") or "",
        number=read_text(element, "InvoiceNumber"),
        reference=read_text(element, "Reference"),
        issued_on=read_date(element, "Date") or read_date(element, "DateString"),
        due_on=read_date(element, "DueDate") or read_date(element, "DueDateString"),
        currency=read_text(element, "CurrencyCode"),
        amounts_are=AMOUNTS_ARE_OF.get(amounts_are, amounts_are),
        is_sent=element.get("SentToContact") is True,
        xero_contact_id=read_text(contact, "ContactID") or "",
        contact_name=read_text(contact, "Name"),
        url=read_text(element, "Url"),
        lines=tuple(_line_from_xero(line) for line in read_objects(element, "LineItems")),
        payments=_payments_from_xero(element),
        total=read_decimal(element, "Total") or _ZERO,
        amount_due=read_decimal(element, "AmountDue") or _ZERO,
        amount_paid=read_decimal(element, "AmountPaid") or _ZERO,
        amount_credited=read_decimal(element, "AmountCredited") or _ZERO,
        # The twin has whole seconds only, too coarse to tell our write from an edit right after it.
        updated_at=(
            read_instant(element, "UpdatedDateUTC") or read_instant(element, "UpdatedDateUTCString") or EPOCH
        ),
    )


def payment_from_xero(element: Json) -> XeroPayment:
    """A payment, on its own or embedded in its invoice."""
    return XeroPayment(
        xero_payment_id=read_text(element, "PaymentID") or "",
        amount=read_decimal(element, "Amount") or _ZERO,
        paid_on=read_date(element, "Date") or EPOCH.date(),
    )


def is_deleted(payment: Json) -> bool:
    """Deleted payments stay readable in Xero (FACTS 5)."""
    return payment.get("Status") == "DELETED"


def contact_from_xero(element: Json) -> XeroContact:
    """A contact; archived, erased on request (GDPRREQUEST) and merged ones count as archived: none can be used."""
    merged_into_id = read_text(element, "MergedToContactID") or None
    return XeroContact(
        xero_contact_id=read_text(element, "ContactID") or "",
        name=read_text(element, "Name") or "",
        email=read_text(element, "EmailAddress") or None,
        phone=_phone_from_xero(element),
        contact_number=read_text(element, "ContactNumber") or None,
        is_archived=read_text(element, "ContactStatus") in _UNUSABLE or merged_into_id is not None,
        merged_into_id=merged_into_id,
        updated_at=read_instant(element, "UpdatedDateUTC"),
    )


def _line_from_xero(element: Json) -> XeroLine:
    return XeroLine(
        xero_line_id=read_text(element, "LineItemID") or "",
        description=read_text(element, "Description"),
        quantity=read_decimal(element, "Quantity"),
        unit_price=read_decimal(element, "UnitAmount"),
        discount_rate=read_decimal(element, "DiscountRate"),
        item_code=read_text(element, "ItemCode") or None,
        # A code is what people and the maps speak of; an account without one still has its id.
        account=read_text(element, "AccountCode") or read_text(element, "AccountID") or None,
        tax_type=read_text(element, "TaxType") or None,
        tax_amount=read_decimal(element, "TaxAmount"),
    )


def _payments_from_xero(invoice: Json) -> tuple[XeroPayment, ...] | None:
    if not isinstance(invoice.get("Payments"), list):
        return None
    return tuple(
        payment_from_xero(part) for part in read_objects(invoice, "Payments") if not is_deleted(part)
    )


def _phone_from_xero(contact: Json) -> str | None:
    phones = {read_text(phone, "PhoneType"): phone for phone in read_objects(contact, "Phones")}
    for kind in _PHONE_TYPES:
        parts = [
            read_text(phones.get(kind, {}), f"Phone{part}") for part in ("CountryCode", "AreaCode", "Number")
        ]
        if parts[-1]:
            return " ".join(part for part in parts if part)
    return None
