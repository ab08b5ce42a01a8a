"""Which changes of an existing invoice Xero allows (FACTS 4.1, 4.2; the wording from its known messages).

Statuses follow one table. Once a payment or credit is applied only a few fields may move. Nothing moves in a locked
period, nor on a voided or deleted document. Each function returns the messages of refusal, none when it is allowed.
"""

from app.sandbox.xero.books.invoices import Invoice
from app.sandbox.xero.books.organisation import Organisation

NEW_STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED")
TRANSITIONS = {
    "DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "SUBMITTED": {"SUBMITTED", "AUTHORISED", "DRAFT", "DELETED"},
    "AUTHORISED": {"AUTHORISED", "VOIDED"},
    "PAID": {"PAID", "AUTHORISED", "VOIDED"},
}
NOT_MODIFIABLE = "Invoice not of valid status for modification"
PAYMENT_APPLIED = "This document cannot be edited as it has a payment or credit note allocated to it."
DATE_FIXED = "Date cannot be changed on an invoice that has payment or credit notes allocated to it."
VOID_BLOCKED = (
    "The status VOIDED cannot be applied to the invoice because it has "
    "payments or credit notes allocated to it."
)
AUTHORISED_BLOCKED = (
    "The status AUTHORISED cannot be applied to the invoice because it has "
    "payment or Credit notes allocated to it."
)
QUIET_WHEN_PAID = frozenset({"due_on", "is_sent"})
"""Fields whose change alone does not move UpdatedDateUTC on a part-paid document (FACTS 0.10)."""


def refuse_status(invoice: Invoice, wanted: str) -> list[str]:
    """Whether the invoice may take the status `wanted`."""
    if invoice.is_dead or wanted not in TRANSITIONS[invoice.status]:
        return [NOT_MODIFIABLE]
    if wanted == "VOIDED" and invoice.amount_applied:
        return [VOID_BLOCKED]
    if wanted == "AUTHORISED" and invoice.status == "PAID" and invoice.amount_applied:
        return [AUTHORISED_BLOCKED]
    return []


def refuse_lock(organisation: Organisation, before: Invoice | None, after: Invoice) -> list[str]:
    """Whether the document lies, or would lie, in a locked period."""
    days = {after.issued_on} | ({before.issued_on} if before else set())
    messages = (organisation.lock_message(day) for day in sorted(days))
    return [message for message in messages if message]


def refuse_paid(before: Invoice, after: Invoice) -> list[str]:
    """Whether the change touches what a payment has fixed: date, basis, currency and every line's money, wherever the
    line stands. A credit fixes the contact too (FACTS 4.2).
    """
    if not before.amount_applied:
        return []
    messages = []
    if before.amount_credited and before.contact_id != after.contact_id:
        messages.append(PAYMENT_APPLIED)
    if before.issued_on != after.issued_on:
        messages.append(DATE_FIXED)
    if _list_fixed(before, before) != _list_fixed(after, before) and PAYMENT_APPLIED not in messages:
        messages.append(PAYMENT_APPLIED)
    return messages


def _list_fixed(invoice: Invoice, before: Invoice) -> tuple[object, ...]:
    """What a payment fixes, with the money of lines in the order that they had before."""
    places = {line.line_id: place for place, line in enumerate(before.lines)}
    lines = sorted(invoice.lines, key=lambda line: places.get(line.line_id, len(places)))
    return invoice.amounts_are, invoice.currency, invoice.currency_rate, [line.money for line in lines]
