"""What the two sides show of one invoice, in words that can be laid beside each other, and what moved on each.

A view is a flat map of shown values. Reference, due date, total, what is paid and the lines mean the same on
both sides and must be equal; status and number have each side's own words, so `STATUS_IN_XERO` says which go
together.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
View = dict[str, str]

PARTNER = "partner's app"
XERO = "Xero"
NOTHING = "–"  # noqa: RUF001 - what a person reads where there is nothing
STATUS_IN_XERO = {"sent": "AUTHORISED", "paid": "PAID", "cancelled": "VOIDED"}
OWN_WORDS = frozenset({"status", "number", "sent to customer"})
"""The fields that each side says in its own way."""
CENTS = Decimal("0.01")


@dataclass(frozen=True)
class Movement:
    """One field of one side that shows something else than before."""

    side: str
    field: str
    before: str
    after: str


def view_document(document: Json | None) -> View:
    """What the partner's app shows; nothing for an invoice that it does not have."""
    if document is None:
        return {}
    paid = sum((Decimal(payment["amount"]) for payment in document["payments"]), Decimal(0))
    lines = ((line["description"], line["quantity"], line["unit_price"]) for line in document["lines"])
    return {
        "status": document["status"],
        "number": document["number"] or "",
        "sent to customer": "yes" if document["sent_at"] else "no",
        "contact": document["contact"]["name"],
        "reference": document["reference"] or "",
        "due": document["due_on"] or "",
        "total": format_amount(document.get("total", 0)),
        "paid": format_amount(paid),
        **view_lines(lines),
    }


def view_xero_invoice(invoice: Json | None) -> View:
    """What Xero shows, read from its own shape."""
    if invoice is None:
        return {}
    lines = ((line["Description"], line["Quantity"], line["UnitAmount"]) for line in invoice["LineItems"])
    return {
        "status": invoice["Status"],
        "number": invoice["InvoiceNumber"] or "",
        "sent to customer": "yes" if invoice["SentToContact"] else "no",
        "contact": invoice["Contact"]["Name"],
        "reference": invoice["Reference"] or "",
        "due": invoice.get("DueDateString", "")[:10],
        "total": format_amount(invoice["Total"]),
        "paid": format_amount(invoice["AmountPaid"]),
        **view_lines(lines),
    }


def view_lines(lines: Any) -> View:
    """Each line as one field, numbered from 1: (description, quantity, unit price) in order."""
    return {
        f"line {n}": f"{description}, {Decimal(str(quantity)).normalize():f} x {format_amount(price)}"
        for n, (description, quantity, price) in enumerate(lines, start=1)
    }


def format_amount(amount: Any) -> str:
    """With two places, or as many as it has where those are more."""
    exact = Decimal(str(amount))
    return str(exact.quantize(CENTS)) if exact == exact.quantize(CENTS) else f"{exact.normalize():f}"


def list_differences(partner: View, xero: View) -> list[str]:
    """Where two sides that should be equal are not; an invoice that is gone on both needs only that."""
    wanted = STATUS_IN_XERO.get(partner.get("status", ""), NOTHING)
    if xero.get("status", NOTHING) != wanted:
        return [f"status: {show(partner, 'status')} in the app, {show(xero, 'status')} in Xero"]
    if wanted == "VOIDED":
        return []
    shared = sorted((partner.keys() | xero.keys()) - OWN_WORDS)
    return [
        f"{field}: {show(partner, field)} in the app, {show(xero, field)} in Xero"
        for field in shared
        if partner.get(field) != xero.get(field)
    ]


def list_missing(side: str, view: View, wanted: View) -> list[str]:
    """Which wanted values a side does not show."""
    return [
        f"{field}: {show(view, field)} in {side}, expected {value}"
        for field, value in wanted.items()
        if view.get(field) != value
    ]


def list_movements(side: str, before: View, after: View) -> list[Movement]:
    """What a side shows otherwise than before, in the order in which it shows it."""
    fields = [*after, *(field for field in before if field not in after)]
    return [
        Movement(side, field, show(before, field), show(after, field))
        for field in fields
        if before.get(field, "") != after.get(field, "")
    ]


def show(view: View, field: str) -> str:
    """A value as a person reads it."""
    return view.get(field) or NOTHING
