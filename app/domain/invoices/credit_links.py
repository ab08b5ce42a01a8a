"""A link's credits: Xero's ids of them, and the link once Xero is known to apply one or to apply it no more. Pure."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from app.domain.invoices.link import InvoiceLink
from app.domain.record.credit import CreditKind, Overpaid
from app.domain.record.fields import Fields, decimal_text, keys_of, member, without_group
from app.domain.record.sides import Side, project
from app.domain.xero.xero_credit import MARK
from app.domain.xero.xero_invoice import BORN_IN_XERO, XeroInvoice

VOID = "void"


def kind_of(fields: Fields, key: str) -> CreditKind:
    """The kind of one credit of a record or a shadow."""
    return CreditKind(member(fields, "credits", key, "kind"))


def intent_of(kind: CreditKind, key: str) -> str:
    """What the making of a credit is called among a link's intents; a key itself has no stroke in it."""
    return f"{kind.value}/{key}"


def void_of(key: str) -> str:
    """What the voiding of a credit note is called among a link's intents."""
    return f"{VOID}/{key}"


def credit_mark(link_id: UUID, kind: CreditKind, key: str) -> str:
    """Our mark on a credit."""
    return f"{MARK}{link_id.hex}:{kind.value}:{key}"


def find_credit_id(link: InvoiceLink, key: str) -> str | None:
    """Xero's id of the credit that stands for a key, where it was made or seen."""
    return next((xero_id for xero_id, ours in link.credit_ids.items() if ours == key), None)


def is_applied(link: InvoiceLink, key: str) -> bool:
    """Whether Xero is known to apply that credit to the invoice."""
    return key in keys_of(link.hub.xero_shadow, "credits")


def is_note_of_ours(kind: CreditKind, key: str) -> bool:
    """Whether it is a credit note that we made: of all credits, the one kind that may be voided, and by us."""
    return kind is CreditKind.CREDIT_NOTE and not key.startswith(BORN_IN_XERO)


def with_credit_id(link: InvoiceLink, key: str, xero_credit_id: str) -> InvoiceLink:
    """The link with the credit that stands for a key."""
    return replace(link, credit_ids={**link.credit_ids, xero_credit_id: key})


def without_credit_id(link: InvoiceLink, key: str) -> InvoiceLink:
    """The link with nothing in Xero that stands for that key."""
    kept = {xero_id: ours for xero_id, ours in link.credit_ids.items() if ours != key}
    return replace(link, credit_ids=kept)


def with_credit(link: InvoiceLink, key: str, amount: Decimal) -> InvoiceLink:
    """The link now that Xero is known to apply that much of the credit; the totals that it moved are read next."""
    prefix = f"credits/{key}/"
    wanted = project(Side.XERO, link.hub.record)
    applied = {path: value for path, value in wanted.items() if path.startswith(prefix)}
    shadow = {**link.hub.xero_shadow, **applied, prefix + "amount": decimal_text(amount)}
    return replace(link, hub=replace(link.hub, xero_shadow=shadow), xero_due=True)


def without_credit(link: InvoiceLink, key: str) -> InvoiceLink:
    """The link now that Xero is known to apply that credit no more."""
    kept = without_group(link.hub.xero_shadow, "credits", key)
    return replace(link, hub=replace(link.hub, xero_shadow=kept, unanswered=None), xero_due=True)


def without_number(link: InvoiceLink, key: str, taken: str | None) -> InvoiceLink:
    """The link with a credit note that is made anew: a voided note keeps its number (`taken`), so Xero numbers the next
    one, unless the app gave it another meanwhile.
    """
    hub, path = link.hub, f"credits/{key}/number"
    if hub.record.get(path) is None or hub.record[path] != taken:
        return link
    return replace(link, hub=replace(hub, record={**hub.record, path: None}, revision=hub.revision + 1))


def with_overpaid_apart(link: InvoiceLink, invoice: XeroInvoice) -> tuple[InvoiceLink, XeroInvoice]:
    """The link that knows what of its payments' overpayments covers this very invoice, and the invoice without these.

    They are part of payments that the record has whole: as credits beside them the same money would be there twice.
    """
    if not link.overpaid or invoice.credits is None:
        return link, invoice
    paid = set(keys_of(link.hub.record, "payments"))
    applied: dict[str, Decimal] = {}
    for credit in invoice.credits:
        applied[credit.xero_credit_id] = applied.get(credit.xero_credit_id, Decimal(0)) + credit.amount
    overpaid = {
        key: replace(part, allocated=applied.get(part.xero_overpayment_id, Decimal(0)))
        for key, part in link.overpaid.items()
    }
    parts = {part.xero_overpayment_id for key, part in overpaid.items() if key in paid}
    others = tuple(credit for credit in invoice.credits if credit.xero_credit_id not in parts)
    return replace(link, overpaid=overpaid), replace(invoice, credits=others)


def with_overpaid(link: InvoiceLink, key: str, part: Overpaid) -> InvoiceLink:
    """The link with what of that payment stands in Xero as an overpayment."""
    return replace(link, overpaid={**link.overpaid, key: part})


def without_overpaid(link: InvoiceLink, key: str) -> InvoiceLink:
    """The link of which nothing of that payment stands in Xero as an overpayment any more."""
    kept = {other: part for other, part in link.overpaid.items() if other != key}
    return replace(link, overpaid=kept, xero_due=True)


def with_used_up(link: InvoiceLink, overpayment_ids: Collection[str]) -> InvoiceLink:
    """The link of which these overpayments are used up; what of them is part of a payment that is there stays so."""
    paid = keys_of(link.hub.record, "payments")
    used = {
        key: replace(part, is_taken_back=True)
        for key, part in link.overpaid.items()
        if part.xero_overpayment_id in overpayment_ids and key not in paid and not part.is_taken_back
    }
    return replace(link, overpaid={**link.overpaid, **used}, xero_due=True) if used else link


def find_covering(link: InvoiceLink, part: Overpaid) -> Decimal:
    """How much of what of a payment is an overpayment covers the invoice as it is due in Xero."""
    return min(Decimal(link.xero_amount_due or 0), part.amount - part.allocated)
