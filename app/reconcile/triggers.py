"""Triggers: what Xero's events point to becomes links that are due for a read, or invoices to bring in.

An event is never believed, only followed. One that is no newer than what we hold of its invoice is our own write coming
back (or old news) and costs nothing. One that Xero dates strictly between our last read and our write of the same
invoice was caused by somebody else in that moment: a person's edit may have been overwritten, which is noted with what
we wrote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.db.findings.discrepancies import insert_discrepancies
from app.db.inboxes.events import XeroEvent, list_waiting, mark_taken
from app.db.invoices.invoice_links import insert_links, mark_xero_due
from app.db.invoices.numbers import list_wanted_numbers
from app.db.invoices.reads import Known, list_known
from app.db.links.following import follow_links, list_told
from app.db.links.holds import trigger_freed
from app.domain.crossing import gate
from app.domain.xero.xero_invoice import BORN_IN_XERO, XeroInvoice
from app.reconcile.contacts.triggers import collect_contact_events
from app.reconcile.credits.credit_events import follow_credits
from app.reconcile.doubt import leave_out_ours
from app.reconcile.followed import list_followed
from app.reconcile.made_before import leave_out_made_before
from app.reconcile.overwritten import find_gone_over
from app.reconcile.ports import READ_BATCH
from app.reconcile.round import Round, batches

EVENTS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of a connection's events. `has_more`: there were as many as one round takes. Without `has_news` they
    told of nothing that we did not know, as our own writes coming back do.
    """

    has_more: bool = False
    has_news: bool = False


async def collect_events(current: Round) -> Followed:
    """Turn waiting events into links that are due, and mark them taken in the same transaction."""
    async with current.database.reading_bare() as driver:
        events = await list_waiting(driver, current.connection_id, EVENTS_AT_ONCE)
    if not events:
        return Followed()
    newest = _newest(events)
    follows_credits = await follow_credits(current, events)
    async with current.lease.recording() as session:
        about = {event.resource_id for event in events if event.category == "INVOICE"}
        links = await list_known(session, current.connection_id, about)
        known: dict[str | None, Known] = {link.xero_invoice_id: link for link in links}
        news = [link.id for link in links if _has_news(link, newest)]
        await mark_xero_due(session, news, current.clock.now())
        await follow_links(session, list_followed(known, news, events))
        overwritten = await find_gone_over(session, known, events)
        await insert_discrepancies(session, current.connection_id, overwritten, current.clock.now())
        has_news_of_contacts = await collect_contact_events(current, session, events, newest)
        settled = [event.id for event in events if event.resource_id in known or event.category != "INVOICE"]
        await mark_taken(session, settled, current.clock.now())
    strangers = [event for event in events if event.category == "INVOICE" and event.resource_id not in known]
    await _bring_in(current, strangers)
    has_news = bool(news or strangers) or has_news_of_contacts or follows_credits
    return Followed(len(events) == EVENTS_AT_ONCE, has_news)


def _newest(events: Sequence[XeroEvent]) -> dict[str, datetime | None]:
    """When each resource was last moved, as its events say; None where one of them has no date that could be read."""
    newest: dict[str, datetime | None] = {}
    for event in events:
        known = newest.get(event.resource_id, event.dated_at)
        newest[event.resource_id] = max(known, event.dated_at) if known and event.dated_at else None
    return newest


def _has_news(link: Known, newest: Mapping[str, datetime | None]) -> bool:
    """Whether an event of this invoice is newer than what we hold; one without a readable date might be."""
    held, moved_at = link.xero_updated_at, newest[link.xero_invoice_id]
    return moved_at is None or held is None or moved_at > held


async def _bring_in(current: Round, events: Sequence[XeroEvent]) -> None:
    """Read invoices that we do not know; those that may reach the partner are linked."""
    ids = list(dict.fromkeys(event.resource_id for event in events))
    for batch in batches(ids, READ_BATCH):
        await link_born(current, await current.xero.invoices.fetch(batch))
        taken = [event.id for event in events if event.resource_id in set(batch)]
        async with current.lease.recording() as session:
            await mark_taken(session, taken, current.clock.now())


async def link_born(current: Round, invoices: Sequence[XeroInvoice]) -> list[XeroInvoice]:
    """Link those of these invoices, born in Xero, that the gate lets through, and answer them; they are fresh for this
    round. One that has another number now may have freed the one that a link of ours waits for. What cannot be read is
    left to the next sweep, and so is one whose number one of ours has (`_leave_out_numbered`).
    """
    settings = current.connection.settings
    invoices = [invoice for invoice in invoices if invoice.flaw is None]
    invoices = await leave_out_ours(current, invoices)
    if invoices:
        numbers = {invoice.xero_invoice_id: invoice.number for invoice in invoices}
        async with current.lease.recording() as session:
            await trigger_freed(session, current.connection_id, numbers)
    born = [
        invoice
        for invoice in await leave_out_made_before(current, invoices)
        if gate.to_partner(invoice, settings.import_from_xero, settings.sync_from, settings.lanes) is None
    ]
    born = await _leave_out_numbered(current, born)
    if not born:
        return []
    current.keep(born)
    rows = {BORN_IN_XERO + invoice.xero_invoice_id: invoice.xero_invoice_id for invoice in born}
    async with current.lease.recording() as session:
        told = await list_told(session, current.connection_id, list(rows.values()))
        await insert_links(session, current.connection_id, rows, current.clock.now(), told)
    return born


async def _leave_out_numbered(current: Round, born: Sequence[XeroInvoice]) -> list[XeroInvoice]:
    """Those whose numbers no link of ours has in Xero, or is about to ask for.

    Xero gives no number twice (FACTS 4.3). So one of these is ours, made by a create whose answer was lost and which
    Xero did not show when it was looked for; or what we know of the other is old; or the row is none of this
    organisation's. Brought in at once, it would stand in the app twice. The create finds out whether it is the same.
    """
    numbers = sorted({invoice.number for invoice in born if invoice.number})
    if not numbers:
        return list(born)
    async with current.database.reading() as session:
        wanted = await list_wanted_numbers(session, current.connection_id, numbers)
    current.left_out |= {invoice.xero_invoice_id for invoice in born if invoice.number in wanted}
    return [invoice for invoice in born if invoice.number not in wanted]
