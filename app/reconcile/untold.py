"""Changes in Xero of which no event told: one is a lost webhook, many with nothing heard since are a dead subscription.

What a sweep or a compare finds counts once for each of its pages, if it changed after the connection began to work and
so long ago that its event is no longer on its way. Our own writes do not count, since they differ from nothing that we
hold; nor does what was followed by any event at all. What the count means is for `watch` to say.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.db.inboxes.subscriptions import note_untold
from app.domain.invoices.link import InvoiceLink
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.invoices.differences import Compared, compare_links
from app.reconcile.round import Round

GRACE = timedelta(minutes=5)
"""How long an event may be on its way; about 45 seconds were seen (FACTS 0.1)."""


async def note_finds(
    current: Round,
    moved: Sequence[InvoiceLink],
    invoices: Mapping[str, XeroInvoice],
    born: Sequence[XeroInvoice] = (),
) -> None:
    """Count a page on which invoices moved, or were born, without an event having told."""
    late = [link for link in moved if _should_be_told(current, invoices[link.xero_invoice_id or ""])]
    compared = Compared()
    if late:
        await compare_links(current, late, invoices, compared)
    found = [invoices[link.xero_invoice_id or ""] for link in compared.differing]
    found += [invoice for invoice in born if _should_be_told(current, invoice)]
    if not found:
        return
    newest = max(invoice.updated_at for invoice in found)
    async with current.database.writing() as session:
        await note_untold(session, current.connection.xero_app_id, newest, current.clock.now())


def _should_be_told(current: Round, invoice: XeroInvoice) -> bool:
    return current.connection.since_at < invoice.updated_at < current.clock.now() - GRACE
