"""The JSON of credit notes, overpayments and prepayments, of their allocations, and of what invoices show of them."""

from typing import Any

from app.sandbox.xero.books.amounts import number
from app.sandbox.xero.books.contacts import Contact
from app.sandbox.xero.books.credits import CREDIT_NOTE, Allocation, Credit
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.endpoints.line_views import view_line
from app.sandbox.xero.forms.dates import date_string, net_date, net_instant, utc_string

_NOTHING_APPLIED: dict[str, Any] = {"Payments": [], "CreditNotes": [], "Prepayments": [], "Overpayments": []}


def view_credit(organisation: Organisation, credit: Credit, unit_places: int) -> dict[str, Any]:
    """The credit with its lines and its whole contact, as a read by id and every write answer."""
    return _build(organisation, credit, _contact(organisation, credit).view(), unit_places, with_lines=True)


def view_credit_row(
    organisation: Organisation, credit: Credit, unit_places: int, with_lines: bool
) -> dict[str, Any]:
    """The credit as a list shows it: a contact in summary, lines only where the list is paged."""
    summary = _contact(organisation, credit).summary()
    return _build(organisation, credit, summary, unit_places, with_lines)


def view_applied(organisation: Organisation, invoice_id: str) -> dict[str, list[dict[str, Any]]]:
    """CreditNotes, Prepayments and Overpayments of an invoice: what of each was allocated to it."""
    shown: dict[str, list[dict[str, Any]]] = {"CreditNotes": [], "Prepayments": [], "Overpayments": []}
    for allocation in organisation.credits.allocations_of(invoice_id):
        credit = organisation.credits.get(allocation.credit_id)
        named = {"CreditNoteNumber": credit.number} if credit.family is CREDIT_NOTE else {}
        shown[credit.family.plural].append(
            {
                credit.family.id_name: credit.credit_id,
                **named,
                "ID": credit.credit_id,
                "AppliedAmount": number(allocation.amount),
                "DateString": date_string(allocation.allocated_on),
                "Date": net_date(allocation.allocated_on),
                "LineItems": [],
                "Total": number(credit.total),
            }
        )
    return shown


def view_allocation(organisation: Organisation, allocation: Allocation) -> dict[str, Any]:
    """The allocation with both its ends, as the answer to its making shows it."""
    credit = organisation.credits.get(allocation.credit_id)
    end = {credit.family.id_name: credit.credit_id, "ID": credit.credit_id, "LineItems": []}
    shown = view_allocation_row(organisation, allocation)
    return {**shown, credit.family.name: end, "ValidationErrors": []}


def view_allocation_row(organisation: Organisation, allocation: Allocation) -> dict[str, Any]:
    """The allocation as its credit shows it."""
    invoice = organisation.invoices.find(allocation.invoice_id)
    return {
        "AllocationID": allocation.allocation_id,
        "Amount": number(allocation.amount),
        "Date": net_date(allocation.allocated_on),
        "Invoice": {
            "InvoiceID": allocation.invoice_id,
            "InvoiceNumber": invoice.number if invoice else "",
            **_NOTHING_APPLIED,
            "HasErrors": False,
            "IsDiscounted": False,
            "LineItems": [],
            "ValidationErrors": [],
        },
    }


def view_in_refund(organisation: Organisation, credit: Credit) -> dict[str, Any]:
    """What a payment shows of the credit that it refunds: under the name Invoice, its id as InvoiceID.

    So in the specification's example of payments, and reported for overpayments too.
    """
    return {
        "Type": credit.family.receivable if credit.is_sale else credit.kind,
        "InvoiceID": credit.credit_id,
        "InvoiceNumber": credit.number,
        **_NOTHING_APPLIED,
        "HasErrors": False,
        "IsDiscounted": False,
        "Contact": _contact(organisation, credit).summary(),
        "LineItems": [],
        "CurrencyCode": credit.currency,
    }


def _contact(organisation: Organisation, credit: Credit) -> Contact:
    found = organisation.contacts.find(credit.contact_id)
    if found is None:
        raise LookupError(f"credit {credit.credit_id} has no contact")
    return found


def _build(
    organisation: Organisation, credit: Credit, contact: dict[str, Any], unit_places: int, with_lines: bool
) -> dict[str, Any]:
    lines = [view_line(line, organisation.line_books, unit_places) for line in credit.lines]
    allocations = organisation.credits.allocations_of(credit.credit_id)
    shown: dict[str, Any] = {credit.family.id_name: credit.credit_id}
    if credit.family is CREDIT_NOTE:
        shown["CreditNoteNumber"] = credit.number
    shown |= {
        "Payments": [payment.embedded() for payment in organisation.payments.list_of(credit.credit_id)],
        "ID": credit.credit_id,
        "CurrencyRate": 1.0,
        "Type": credit.kind,
        "Reference": credit.reference,
        "RemainingCredit": number(credit.remaining),
        "Allocations": [view_allocation_row(organisation, allocation) for allocation in allocations],
        "HasAttachments": False,
        "Contact": contact,
        "DateString": date_string(credit.issued_on),
        "Date": net_date(credit.issued_on),
        "Status": credit.status,
        "LineAmountTypes": credit.amounts_are,
        "LineItems": lines if with_lines else [],
        "SubTotal": number(credit.sub_total),
        "TotalTax": number(credit.total_tax),
        "Total": number(credit.total),
        "UpdatedDateUTC": net_instant(credit.updated_at),
        "UpdatedDateUTCString": utc_string(credit.updated_at),
        "CurrencyCode": credit.currency,
    }
    if credit.branding_theme_id:
        shown["BrandingThemeID"] = credit.branding_theme_id
    if credit.used_up_on and credit.status == "PAID" and credit.family is CREDIT_NOTE:
        shown["FullyPaidOnDate"] = net_date(credit.used_up_on)
    return shown
