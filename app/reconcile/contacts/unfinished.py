"""Creates of contacts that were begun and whose answer was lost: found by our marker, at any later time (FACTS 4.9).

    cut before the call left    not in Xero      the intent ends, it is created again when it is needed
    cut after Xero wrote        carries our mark adopted: the id is recorded as if the answer had come

They are looked for among the contacts that moved since the first of them was begun: one call for all of them, and one
more for each further thousand.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.db.contacts.contact_links import list_unfinished_contacts
from app.db.findings.attempts import Attempt
from app.domain.contacts.contact_link import MARKER
from app.domain.record.sides import Side
from app.domain.xero.xero_contact import XeroContact
from app.reconcile.contacts.carry import start_work
from app.reconcile.contacts.record import record_contacts
from app.reconcile.contacts.work import take_contact
from app.reconcile.doubt import SKEW
from app.reconcile.ports import PAGE_SIZE
from app.reconcile.round import Round
from app.spending import spent_on


async def finish_contact_creates(current: Round) -> None:
    """Settle every create of a contact that was begun and not recorded."""
    async with current.database.reading() as session:
        begun = await list_unfinished_contacts(session, current.connection_id)
    if not begun:
        return
    # What the app said since is taken in too: a link that is recorded has nothing unheard.
    works = await start_work(current, begun)
    since = min(link.intent.at for link in begun if link.intent) - SKEW
    there = await spent_on([work.link.id for work in works], _fetch_marked(current, since))
    for work in works:
        contact = there.get(work.link.marker)
        work.link = replace(work.link, intent=None)
        if contact is None:
            work.link = replace(work.link, hub=replace(work.hub, unanswered=None))
            continue
        with work.guarded():
            tried = work.hub.unanswered or work.hub.kind.project(Side.XERO, work.hub.record)
            take_contact(current, work, contact, wrote=tried)
            # Merged into another meanwhile: the next read follows it.
            work.link = replace(work.link, xero_due=contact.merged_into_id is not None)
            work.attempts.append(
                Attempt(work.link.id, "create", {}, "adopted", "Found in Xero: the create had arrived.")
            )
    await record_contacts(current, works)


async def _fetch_marked(current: Round, since: datetime) -> dict[str, XeroContact]:
    """The contacts that carry a marker of ours and moved since then, by marker."""
    found: dict[str, XeroContact] = {}
    while True:
        page = await current.xero.contacts.fetch_modified_since(since)
        found |= _by_marker(page)
        newest = max((contact.updated_at for contact in page if contact.updated_at), default=since)
        if len(page) < PAGE_SIZE:
            return found
        if newest <= since:
            return found | _by_marker(await current.xero.contacts.fetch_all(since))
        since = newest


def _by_marker(contacts: Sequence[XeroContact]) -> dict[str, XeroContact]:
    marked = ((contact.contact_number or "", contact) for contact in contacts)
    return {number: contact for number, contact in marked if number.startswith(MARKER)}
