"""Whether an invoice as Xero shows it is still what we know of it, by what the loop would observe.

The comparison is the loop's own observation, made on a snapshot and thrown away, so that it finds a difference exactly
where a reconcile would: it does not go by Xero's UpdatedDateUTC, which not every change moves (FACTS 0.10).
"""

from collections.abc import Mapping, Sequence

from app.domain.link import InvoiceLink
from app.domain.xero_invoice import XeroInvoice
from app.reconcile.contacts.keys import known_contact_keys
from app.reconcile.observe import take_invoice
from app.reconcile.round import BROKEN, Round, Work


async def find_differing(
    current: Round, links: Sequence[InvoiceLink], invoices: Mapping[str, XeroInvoice]
) -> list[InvoiceLink]:
    """Those of these links whose invoice is not as we know it; no call is made.

    A link that is to be read anyway is left out, and so is one whose write was not answered.
    """
    asked = [link for link in links if not link.xero_due and link.hub.unanswered is None]
    named = {invoices[link.xero_invoice_id or ""].xero_contact_id for link in asked}
    keys = await known_contact_keys(current, named)
    return [link for link in asked if _differs(current, link, invoices[link.xero_invoice_id or ""], keys)]


def _differs(current: Round, link: InvoiceLink, invoice: XeroInvoice, contacts: Mapping[str, str]) -> bool:
    trial = Work(link)
    with trial.guarded():
        take_invoice(current, trial, invoice, contacts.get(invoice.xero_contact_id))
    return trial.refusal is BROKEN or _known(trial.link) != _known(link)


def _known(link: InvoiceLink) -> tuple[object, ...]:
    return dict(link.hub.xero_shadow), link.xero_status, link.xero_total, link.xero_amount_due
