"""What makes contacts due for a read: Xero's CONTACT events, and the sweep for those that were lost.

As with invoices, an event is only followed: one no newer than what we hold is our own write coming back and costs
nothing, and one that falls between our read and our write may mean that a person's edit was overwritten, which is
kept. Contacts that are linked to nothing are let be, but what one of them stands in the way of is looked at again: a
name may have become free.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from app.db.contacts.contact_links import (
    find_contacts_swept_to,
    list_contacts_by_xero_id,
    mark_contacts_due,
    save_contacts_swept,
)
from app.db.findings.discrepancies import insert_discrepancies
from app.db.inboxes.events import XeroEvent
from app.db.links.following import follow_links
from app.db.links.holds import trigger_all_held, trigger_held_by
from app.db.postgres.session import WriteSession
from app.domain.contacts.contact_legality import CONTACT_CODES, TAKEN
from app.domain.contacts.contact_link import ContactLink
from app.domain.holds.thing import Thing
from app.domain.xero.lateness import OLDER
from app.domain.xero.xero_contact import XeroContact
from app.reconcile.followed import follow_found, list_followed
from app.reconcile.overwritten import find_gone_over
from app.reconcile.ports import PAGE_SIZE
from app.reconcile.round import Round
from app.reconcile.seeking import OVERLAP, is_stuck


async def collect_contact_events(
    current: Round,
    session: WriteSession,
    events: Sequence[XeroEvent],
    newest: Mapping[str, datetime | None],
) -> bool:
    """Make the linked contacts of these events due, in the transaction that marks the events as taken; True where any
    is.
    """
    about = {event.resource_id for event in events if event.category == "CONTACT"}
    if not about:
        return False
    links = await list_contacts_by_xero_id(session, current.connection_id, about)
    news = [link for link in links if _has_news(link, newest[link.xero_contact_id or ""])]
    await mark_contacts_due(session, [link.id for link in news])
    known = {link.xero_contact_id: link for link in links}
    await follow_links(session, list_followed(known, [link.id for link in news], events), Thing.CONTACT)
    overwritten = await find_gone_over(session, known, events)
    await insert_discrepancies(session, current.connection_id, overwritten, current.clock.now())
    await _free_held(current, session, about - known.keys(), is_linked=bool(news))
    return bool(news)


async def sweep_contacts(current: Round) -> None:
    """Find linked contacts that moved in Xero since the last look: one call, and one more for each thousand."""
    async with current.database.reading() as session:
        swept_to = await find_contacts_swept_to(session, current.connection_id)
    if swept_to is None:
        return
    since = swept_to - OVERLAP
    while True:
        page = await current.xero.contacts.fetch_modified_since(since)
        newest = max((contact.updated_at for contact in page if contact.updated_at), default=since)
        is_last = len(page) < PAGE_SIZE
        if not is_last and is_stuck(newest, since):
            # More contacts share one second than fit into a page: there is nowhere to seek to.
            page, newest, is_last = *await _read_by_number(current, since), True
        await _take_page(current, page, swept_to)
        async with current.lease.recording() as session:
            await save_contacts_swept(session, current.connection_id, newest)
            if is_last:
                # What came late when it was read last may come in time by now.
                await trigger_all_held(session, current.connection_id, {OLDER})
        if is_last:
            return
        since = newest


async def _read_by_number(current: Round, since: datetime) -> tuple[list[XeroContact], datetime]:
    """Everything that moved since then in the order of ids, and up to when that is sure to be all: as of invoices
    (`timers.sweep`), what moves while the pages are read may come into one that was read already.
    """
    began_at = current.clock.now()
    page = await current.xero.contacts.fetch_all(since)
    newest = max((contact.updated_at for contact in page if contact.updated_at), default=since)
    return page, max(since, min(newest, began_at))


async def _take_page(current: Round, page: Sequence[XeroContact], swept_to: datetime) -> None:
    by_id = {contact.xero_contact_id: contact for contact in page}
    async with current.lease.recording() as session:
        links = await list_contacts_by_xero_id(session, current.connection_id, by_id)
        moved = [link for link in links if _has_news(link, by_id[link.xero_contact_id or ""].updated_at)]
        await mark_contacts_due(session, [link.id for link in moved])
        await follow_found(current, session, {link.xero_contact_id: link for link in moved}, Thing.CONTACT)
        # The overlap shows what was seen before.
        newer = {c.xero_contact_id for c in page if c.updated_at is None or c.updated_at > swept_to}
        strangers = newer - {link.xero_contact_id for link in links}
        is_linked = any(link.xero_contact_id in newer for link in moved)
        await _free_held(current, session, strangers, is_linked=is_linked)
    current.fresh_contacts |= {xero_id: by_id[xero_id] for link in moved if (xero_id := link.xero_contact_id)}


def _has_news(link: ContactLink, moved_at: datetime | None) -> bool:
    """Whether it moved since we last saw it; one without a date that could be read might have."""
    held = link.xero_updated_at
    return moved_at is None or held is None or moved_at > held


async def _free_held(
    current: Round, session: WriteSession, strangers: Collection[str], *, is_linked: bool
) -> None:
    """Look again at what may go on: an echo of ours tells nothing new, a linked contact that moved may free any, and
    one that nobody knows may have given up what stood in somebody's way.
    """
    if is_linked:
        await trigger_all_held(session, current.connection_id, CONTACT_CODES)
    elif strangers:
        await trigger_held_by(session, current.connection_id, TAKEN, strangers)
