"""From Xero's JSON to domain values: invoices and payments. The other direction is `to_xero`.

Pure, and tolerant: words that we do not know stay Xero's own text, and what is missing or null is taken for the least
that it can mean, because a reader that fails on a new word fails for every invoice of the page (FACTS 6).
"""

from decimal import Decimal

from app.domain.xero.xero_invoice import XeroInvoice, XeroLine, XeroPayment
from app.xero.credits_from_xero import applied_from_xero
from app.xero.invoice_flaws import are_all_shown, find_flaw
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


def invoice_from_xero(element: Json) -> XeroInvoice:
    """An invoice out of a read or of the answer to a write.

    `payments` is None where the element does not show all of them, and so is `credits`.
    """
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
        credits=applied_from_xero(element),
        flaw=find_flaw(element),
    )


def payment_from_xero(element: Json) -> XeroPayment:
    """A payment, on its own or embedded in its invoice."""
    return XeroPayment(
        xero_payment_id=read_text(element, "PaymentID") or "",
        amount=read_decimal(element, "Amount") or _ZERO,
        paid_on=read_date(element, "Date") or read_date(element, "DateString") or EPOCH.date(),
        is_fixed=element.get("IsReconciled") is True
        or bool(read_text(element, "BatchPaymentID") or read_object(element, "BatchPayment")),
        reference=read_text(element, "Reference"),
    )


def is_deleted(payment: Json) -> bool:
    """Deleted payments stay readable in Xero (FACTS 5)."""
    return payment.get("Status") == "DELETED"


def is_refund(payment: Json) -> bool:
    """Money that went back to the customer is a payment of a credit, not of an invoice (FACTS 5)."""
    return read_text(payment, "PaymentType") not in (None, "", "ACCRECPAYMENT")


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
        discount_amount=read_decimal(element, "DiscountAmount"),
        tracking={
            name: option
            for part in read_objects(element, "Tracking")
            if (name := read_text(part, "Name")) and (option := read_text(part, "Option"))
        },
        account_id=read_text(element, "AccountID") or None,
        tracking_ids={
            name: (category, option)
            for part in read_objects(element, "Tracking")
            if (name := read_text(part, "Name"))
            and (category := read_text(part, "TrackingCategoryID"))
            and (option := read_text(part, "TrackingOptionID"))
        },
    )


def _payments_from_xero(invoice: Json) -> tuple[XeroPayment, ...] | None:
    if not isinstance(invoice.get("Payments"), list):
        return None
    parts = [
        part for part in read_objects(invoice, "Payments") if not is_deleted(part) and not is_refund(part)
    ]
    if not are_all_shown(parts, read_decimal(invoice, "AmountPaid")):
        return None
    return tuple(map(payment_from_xero, parts))
