"""Which of the invoices that this app created in Xero is the one whose answer was lost.

Xero has no field of its own for an outside id, so a create is recognised by what it carries, in passes from the surest
on; each invoice is given to one link at the most:

    mark      our mark in its address; a mark that names another link settles that it is not this one's
    number    the number that was sent
    address   the document's address, and most of what was sent; only after an older copy was restored
    content   everything that was sent is there
    likeness  only where it was surely sent: the same customer, and most of what was sent, since a person may have
              edited it before we looked
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.record.fields import Fields, without_groups
from app.domain.xero.xero_invoice import Identities, XeroInvoice, match_lines, observed_fields

MARK = "#plumbline-"

ALIKE_FROM = 0.5
"""The share of what was sent that must still be there for a likeness."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A create whose answer was lost: the link, and Xero's projection as it was sent."""

    link_id: UUID
    tried: Fields
    url: str | None = None
    """Its document's address, where it is looked for only because an older copy was restored: a likeness is then no
    proof, because the create may never have been sent, and two invoices of one customer are often alike."""


def mark_of(link_id: UUID) -> str:
    """Our mark, which travels as the fragment of the invoice's address."""
    return f"{MARK}{link_id.hex}"


def carries_mark(link_id: UUID, invoice: XeroInvoice) -> bool:
    """Whether the invoice carries that link's mark."""
    return bool(invoice.url and invoice.url.endswith(mark_of(link_id)))


def recognise(
    begun: Sequence[Begun],
    candidates: Sequence[XeroInvoice],
    contact_keys: Mapping[str, str],
    known: Collection[UUID] | None,
) -> dict[UUID, XeroInvoice]:
    """The invoice of each create that arrived; `contact_keys` are our keys of Xero's contacts.

    `known` are the links whose marks count, None all: after an older copy was restored, a mark may name a link that is
    lost.
    """
    found: dict[UUID, XeroInvoice] = {}
    free = list(candidates)

    def is_free(invoice: XeroInvoice) -> bool:
        return not is_marked(invoice) or (known is not None and find_marked_link(invoice) not in known)

    def share(one: Begun, invoice: XeroInvoice) -> float:
        return _share(one.tried, invoice, contact_keys.get(invoice.xero_contact_id))

    passes: tuple[Callable[[Begun, XeroInvoice], bool], ...] = (
        lambda one, invoice: carries_mark(one.link_id, invoice),
        lambda one, invoice: is_free(invoice) and _has_number(one.tried, invoice),
        lambda one, invoice: (
            is_free(invoice) and _has_address(one, invoice) and share(one, invoice) >= ALIKE_FROM
        ),
        lambda one, invoice: is_free(invoice) and share(one, invoice) == 1,
        lambda one, invoice: is_free(invoice) and one.url is None and share(one, invoice) >= ALIKE_FROM,
    )
    for is_its in passes:
        for one in begun:
            invoice = next((c for c in free if one.link_id not in found and is_its(one, c)), None)
            if invoice is not None:
                found[one.link_id] = invoice
                free.remove(invoice)
    return found


def is_surely_of(begun: Begun, invoice: XeroInvoice) -> bool:
    """Whether it is that create's by our mark or, where it carries none, by its number: all else may be unreadable."""
    if is_marked(invoice):
        return carries_mark(begun.link_id, invoice)
    return _has_number(begun.tried, invoice)


def is_marked(invoice: XeroInvoice) -> bool:
    """Whether it carries a mark of ours, whichever link's."""
    return bool(invoice.url and MARK in invoice.url)


def find_marked_link(invoice: XeroInvoice) -> UUID | None:
    """The link that its mark names; None where there is none."""
    named = (invoice.url or "").rpartition(MARK)[2] if is_marked(invoice) else ""
    try:
        return UUID(hex=named)
    except ValueError:
        return None


def payment_mark(link_id: UUID, key: str) -> str:
    """Our mark on a payment, in its reference."""
    return f"plumbline:{link_id.hex}:{key}"


def own_payments(link_id: UUID, invoice: XeroInvoice) -> dict[str, str]:
    """Xero's id -> our key, of the invoice's payments that bear the mark of this link."""
    mark = payment_mark(link_id, "")
    return {
        payment.xero_payment_id: payment.reference.removeprefix(mark)
        for payment in invoice.payments or ()
        if payment.reference is not None and payment.reference.startswith(mark)
    }


def _has_address(one: Begun, invoice: XeroInvoice) -> bool:
    return bool(one.url and invoice.url and invoice.url.partition("#")[0] == one.url.partition("#")[0])


def _has_number(tried: Fields, invoice: XeroInvoice) -> bool:
    return bool(tried.get("number")) and invoice.number == tried["number"]


def _share(tried: Fields, invoice: XeroInvoice, contact_key: str | None) -> float:
    """How much of what was sent is there, from 0 to 1; 0 for another customer's invoice."""
    if contact_key is None or contact_key != tried.get("contact"):
        return 0
    identities = Identities(match_lines(invoice.lines, {}, tried, answers_a_write=True), {})
    seen = observed_fields(replace(invoice, payments=(), credits=()), identities, contact_key, {})
    # A number that was left out is given by Xero.
    ignored = () if tried.get("number") else ("number",)
    asked = {
        p: v
        for p, v in without_groups(without_groups(tried, "payments"), "credits").items()
        if p not in ignored
    }
    there = sum(bool(seen.get(path) == value) for path, value in asked.items())
    return there / len(asked)
