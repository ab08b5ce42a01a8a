"""In a storm, invoices that moved in Xero are read by pages of all that moved, if that takes fewer calls than by id.

By id, forty invoices take a call. A page takes one as well and holds up to a thousand, also those that moved and whose
events are still on their way: these are taken in with it, and when their events come they tell nothing new and cost
nothing. So a storm of a thousand costs two or three calls, however its webhooks trickle in. A page holds what others
moved too, so a few invoices are read by id.

Nothing can have moved unseen before the last sweep, which so bounds how far back a page must reach.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from app.db.invoices.invoice_links import list_by_xero_id, mark_xero_due
from app.db.invoices.reads import ReadDue, list_reads_due
from app.domain.connections.precedence import Portion
from app.domain.holds.thing import Thing
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.followed import follow_found
from app.reconcile.ports import PAGE_SIZE, READ_BATCH
from app.reconcile.round import Round
from app.reconcile.seeking import OVERLAP
from app.reconcile.work import NEVER
from app.spending import spent_on

SEARCH_FROM = READ_BATCH // 2
"""From more than so many on, a call by id would not be much better filled than a page is."""


async def search_moved(current: Round, limit: int) -> None:
    """In a bulk, read by pages what at most `limit` links are due for, as long as that is cheaper; the rest is read by
    id when it is observed. What it brings of other links makes those due, and is fresh for this round.
    """
    if current.portion is not Portion.BULK:
        return
    async with current.database.reading() as session:
        due = await list_reads_due(session, current.connection_id, limit)
    wanted = {read.xero_invoice_id for read in due} - current.fresh.keys()
    if not is_search_cheaper(len(wanted)):
        return
    since = search_from(due, current.connection.swept_to or current.connection.created_at)
    await spent_on([read.link_id for read in due], _page(current, since, wanted))


def is_search_cheaper(wanted: int) -> bool:
    """Whether another page is likely to cost fewer calls than reading so many invoices by id."""
    return wanted > SEARCH_FROM


def search_from(due: Collection[ReadDue], swept_to: datetime) -> datetime:
    """Since when all that these links are due for has moved, by Xero's clock; `swept_to` is how far the last sweep saw.

    What was never read may be older still: where a page does not hold it, it is read by id.
    """
    swept = swept_to - OVERLAP
    return max(swept, min((read.known_at for read in due if read.known_at), default=swept))


async def _page(current: Round, since: datetime, wanted: set[str]) -> None:
    """Page by seeking until few are left, nothing more moved, or as many calls were made as by id."""
    for _ in range(-(-len(wanted) // READ_BATCH)):
        page = await current.xero.invoices.fetch_modified_since(since)
        await _take_page(current, page)
        wanted -= current.fresh.keys()
        if len(page) < PAGE_SIZE or page[-1].updated_at <= since or not is_search_cheaper(len(wanted)):
            return
        since = page[-1].updated_at


async def _take_page(current: Round, page: Sequence[XeroInvoice]) -> None:
    """Every row that can be read is fresh, the others are read by id; links that hold an older state become due before
    their events come.
    """
    by_id = {invoice.xero_invoice_id: invoice for invoice in page if invoice.flaw is None}
    async with current.lease.recording() as session:
        links = await list_by_xero_id(session, current.connection_id, by_id)
        held = {link.xero_invoice_id: link for link in links if link.xero_due}
        current.fresh |= {
            xero_id: invoice
            for xero_id, invoice in by_id.items()
            # A row no newer than what is held is an old one, where an event says that there is news: read by id.
            if xero_id not in held or (held[xero_id].xero_updated_at or NEVER) < invoice.updated_at
        }
        untold = {
            link.xero_invoice_id: link
            for link in links
            if not link.xero_due
            and (link.xero_updated_at or NEVER) < by_id[link.xero_invoice_id or ""].updated_at
        }
        await mark_xero_due(session, [link.id for link in untold.values()])
        await follow_found(current, session, untold, Thing.INVOICE)
