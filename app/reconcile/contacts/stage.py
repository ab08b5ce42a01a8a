"""The stage of contacts in a round: edits both ways by field, by the same hub as invoices (`domain.record.hub`).

It comes before the invoices of the round, so that these find their contacts as they are. A contact is read only for a
reason: an event newer than what we hold, a write that is due or was not answered. A read that comes late, or does not
show the contact, is made once more; where that comes late too, the contact is held until the next sweep. Where Xero
answers with the contact that it was merged into, the link moves there. If another link has that one already, both share
it: the app's two contacts stay two, each of their invoices keeps its own, and an edit of either reaches Xero's one
contact and from there the other.

A contact comes to Xero with the first invoice that does, or by a call of its own: it is then made, or matched, here.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from app.db.contacts.contact_links import list_behind_contacts, list_contacts_by_xero_id
from app.domain.contacts.contact_legality import TAKEN
from app.domain.holds.hold import Hold
from app.domain.xero.lateness import hold_older
from app.domain.xero.xero_contact import XeroContact
from app.reconcile.contacts.carry import end_relinks, start_work
from app.reconcile.contacts.chosen import link_chosen
from app.reconcile.contacts.ensure import ensure_contacts
from app.reconcile.contacts.groups import join_groups
from app.reconcile.contacts.reads import read_followed
from app.reconcile.contacts.record import record_contacts, takes_contacts
from app.reconcile.contacts.unfinished import finish_contact_creates
from app.reconcile.contacts.work import ContactWork, is_late, take_contact
from app.reconcile.contacts.write import write_contacts
from app.reconcile.overwritten import tell_overwritten
from app.reconcile.round import Round
from app.spending import spent_on

MISSING_IN_XERO = Hold(
    "missing_in_xero",
    "Xero no longer has this contact.",
    "Link the contact to another one of Xero by hand; nothing of the app's is lost.",
)


async def reconcile_contacts(current: Round, limit: int) -> None:
    """Bring contacts that are behind into step, `limit` of them at most; the rest waits for the next round."""
    if current.agenda is None or current.agenda.has_contact_creates:
        await finish_contact_creates(current)
    elif not current.may_have_contacts:
        return
    async with current.database.reading() as session:
        links = await list_behind_contacts(session, current.connection_id, limit)
    if not links:
        return
    works = await start_work(current, links)
    await link_chosen(current, works)
    end_relinks(current, works)
    lanes = current.lanes
    due = [work for work in works if work.refusal is None and work.link.needs_a_read(lanes)]
    await _observe(current, due, works)
    await record_contacts(current, works)
    await write_contacts(current, works)
    await join_groups(current, works)
    if takes_contacts(current):
        await ensure_contacts(current, sorted(_list_pushed(works)))
    # Links may have moved: whose contact an invoice names is asked anew from here on.
    current.contact_keys.clear()
    current.contact_sharers.clear()


def _list_pushed(works: Sequence[ContactWork]) -> set[str]:
    """Those that somebody wants in Xero by themselves; until they are there they stay behind, whatever cuts us off."""
    return {work.link.partner_contact_id for work in works if work.refusal is None and work.link.is_push_due}


async def _observe(current: Round, works: Sequence[ContactWork], together: Sequence[ContactWork]) -> None:
    """Look at these; `together` are all that are recorded with them."""
    wanted = {work.link.xero_contact_id or "" for work in works}
    # Who stood in the way of an update is read along: while that one does, nothing is written (`write`).
    along = {held_by for work in works if work.stood.code in TAKEN and (held_by := work.stood.held_by)}
    found = await _read(current, works, wanted | along)
    there = {xero_id: contact for xero_id, contact in found.items() if xero_id in wanted}
    moved = {
        contact.xero_contact_id for xero_id, contact in there.items() if contact.xero_contact_id != xero_id
    }
    owners = await _owners(current, moved, together)
    for work in works:
        contact = there.get(work.link.xero_contact_id or "")
        if contact is None:
            work.refusal = MISSING_IN_XERO
            continue
        if contact.updated_at is not None and is_late(current, work, contact):
            work.refusal = hold_older("contact", contact.updated_at)
            work.link = replace(work.link, xero_due=True)
            continue
        with work.guarded():
            _follow(work, contact, owners)
            take_contact(current, work, contact)
    await tell_overwritten(current, "CONTACT", {work.link.xero_contact_id or "": work for work in works})


async def _read(
    current: Round, works: Sequence[ContactWork], xero_ids: Collection[str]
) -> dict[str, XeroContact]:
    """What stands for these now; what comes late of the works' own, or not at all, is read once more."""
    found = await spent_on([work.link.id for work in works], read_followed(current, xero_ids))
    late = {
        xero_id: work.link.id
        for work in works
        if (xero_id := work.link.xero_contact_id)
        and ((contact := found.get(xero_id)) is None or is_late(current, work, contact))
    }
    if not late:
        return found
    for xero_id in late:
        current.fresh_contacts.pop(xero_id, None)
    return found | await spent_on(list(late.values()), read_followed(current, late))


def _follow(work: ContactWork, contact: XeroContact, owners: dict[str, str]) -> None:
    """Move the link to the contact that stands for its own now; the first one there owns it."""
    link = work.link
    if contact.xero_contact_id == link.xero_contact_id:
        return
    owner = owners.setdefault(contact.xero_contact_id, str(link.id))
    work.link = link.moved_on(is_shared=owner != str(link.id))


async def _owners(current: Round, xero_ids: set[str], together: Sequence[ContactWork]) -> dict[str, str]:
    """Whose each of these contacts of Xero's is: on disk, or by what somebody chose in this very turn."""
    if not xero_ids:
        return {}
    async with current.database.reading() as session:
        kept = await list_contacts_by_xero_id(session, current.connection_id, xero_ids)
    links = {link.id: link for link in kept} | {work.link.id: work.link for work in together}
    return {
        link.xero_contact_id: str(link.id)
        for link in links.values()
        if link.xero_contact_id in xero_ids and not link.is_shared
    }
