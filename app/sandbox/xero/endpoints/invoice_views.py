"""The JSON of an invoice: whole, as a row of a paged list, or bare as in an unpaged list (FACTS 4.7, 4.8)."""

from typing import Any

from app.sandbox.xero.books.amounts import ZERO, number
from app.sandbox.xero.books.contacts import Contact
from app.sandbox.xero.books.invoices import Invoice
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.endpoints.credit_views import view_applied
from app.sandbox.xero.endpoints.line_views import view_line
from app.sandbox.xero.forms.dates import date_string, net_date, net_instant, utc_string


def view_invoice(organisation: Organisation, invoice: Invoice, unit_places: int = 2) -> dict[str, Any]:
    """The invoice with its lines and its whole contact, as a read by id and every write answer."""
    contact = _contact(organisation, invoice).view()
    return _build(organisation, invoice, contact, _lines(organisation, invoice, unit_places))


def view_row(
    organisation: Organisation, invoice: Invoice, unit_places: int, with_lines: bool
) -> dict[str, Any]:
    """The invoice as a list shows it: a contact in summary, lines only where the list is paged."""
    lines = _lines(organisation, invoice, unit_places) if with_lines else []
    return _build(organisation, invoice, _contact(organisation, invoice).summary(), lines)


def view_summary(organisation: Organisation, invoice: Invoice) -> dict[str, Any]:
    """The row of `summaryOnly=true`: without payments, attachments and lines."""
    row = view_row(organisation, invoice, 2, with_lines=False)
    for name in ("Payments", "CreditNotes", "Prepayments", "Overpayments", "HasAttachments", "LineItems"):
        row.pop(name, None)
    return row


def view_in_payment(organisation: Organisation, invoice: Invoice) -> dict[str, Any]:
    """The little that a list of payments shows of the invoice."""
    return {
        "Type": invoice.kind,
        "InvoiceID": invoice.invoice_id,
        "InvoiceNumber": invoice.number,
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "HasErrors": False,
        "IsDiscounted": _is_discounted(invoice),
        "Contact": _contact(organisation, invoice).summary(),
        "LineItems": [],
        "CurrencyCode": invoice.currency,
    }


def _contact(organisation: Organisation, invoice: Invoice) -> Contact:
    found = organisation.contacts.find(invoice.contact_id)
    if found is None:
        raise LookupError(f"invoice {invoice.invoice_id} has no contact")
    return found


def _lines(organisation: Organisation, invoice: Invoice, unit_places: int) -> list[dict[str, Any]]:
    return [view_line(line, organisation.line_books, unit_places) for line in invoice.lines]


def _is_discounted(invoice: Invoice) -> bool:
    return any(line.discount_rate or line.discount_amount for line in invoice.lines)


def _build(
    organisation: Organisation, invoice: Invoice, contact: dict[str, Any], lines: list[dict[str, Any]]
) -> dict[str, Any]:
    payments = organisation.payments.list_of(invoice.invoice_id)
    shown: dict[str, Any] = {
        "Type": invoice.kind,
        "InvoiceID": invoice.invoice_id,
        "InvoiceNumber": invoice.number,
        "Reference": invoice.reference,
        "Payments": [payment.embedded() for payment in payments],
        **view_applied(organisation, invoice.invoice_id),
        "AmountDue": number(invoice.amount_due),
        "AmountPaid": number(invoice.amount_paid),
        "AmountCredited": number(invoice.amount_credited),
        "SentToContact": invoice.is_sent,
        "CurrencyRate": number(invoice.currency_rate),
        "HasErrors": False,
        "IsDiscounted": _is_discounted(invoice),
        "HasAttachments": False,
        "Contact": contact,
        "DateString": date_string(invoice.issued_on),
        "Date": net_date(invoice.issued_on),
    }
    if invoice.due_on:
        shown |= {"DueDateString": date_string(invoice.due_on), "DueDate": net_date(invoice.due_on)}
    shown |= {"Status": invoice.status, "LineAmountTypes": invoice.amounts_are, "LineItems": lines}
    shown |= {
        "SubTotal": number(invoice.sub_total),
        "TotalTax": number(invoice.total_tax),
        "Total": number(invoice.total),
        "UpdatedDateUTC": net_instant(invoice.updated_at),
        "UpdatedDateUTCString": utc_string(invoice.updated_at),
        "CurrencyCode": invoice.currency,
    }
    return shown | _rare(invoice)


def _rare(invoice: Invoice) -> dict[str, Any]:
    """What is shown only where there is a value."""
    discount = sum(
        (line.quantity * line.unit_amount - line.line_amount
         for line in invoice.lines if line.quantity is not None and line.unit_amount is not None
         and (line.discount_rate or line.discount_amount)),
        ZERO,
    )  # fmt: skip
    shown: dict[str, Any] = {}
    if discount:
        shown["TotalDiscount"] = number(round(discount, 2))
    if invoice.url:
        shown["Url"] = invoice.url
    if invoice.branding_theme_id:
        shown["BrandingThemeID"] = invoice.branding_theme_id
    if invoice.expected_payment_on:
        shown["ExpectedPaymentDate"] = net_date(invoice.expected_payment_on)
    if invoice.planned_payment_on:
        shown["PlannedPaymentDate"] = net_date(invoice.planned_payment_on)
    if invoice.fully_paid_on and invoice.status == "PAID":
        shown["FullyPaidOnDate"] = net_date(invoice.fully_paid_on)
    return shown
