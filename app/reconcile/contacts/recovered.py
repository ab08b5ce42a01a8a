"""Customers whose contacts in Xero an older copy of the database does not know: known by the invoices made for them.

Such a contact carries the mark of a link that is lost, and may have been renamed since, so nothing that it is matched
by tells whose it is. An invoice that is found again tells it: it was made for this customer, and stands with that
contact. So the two are linked, unless either is linked already. A contact without such a mark is left alone: somebody
may have moved the invoice to it.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from app.db.contacts.contact_links import list_contact_links, list_contacts, list_contacts_by_xero_id
from app.db.findings.attempts import Attempt
from app.domain.contacts.contact_link import MARKER, ContactLink
from app.domain.xero.xero_contact import XeroContact
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.contacts.carry import start_work
from app.reconcile.contacts.reads import read_followed
from app.reconcile.contacts.record import record_contacts
from app.reconcile.contacts.work import take_contact
from app.reconcile.round import Round
from app.reconcile.work import Work

HEX_OF_AN_ID = 32
SAID = "It was in Xero already: an invoice that was made for it stands with this contact."


async def link_recovered(current: Round, found: Sequence[tuple[Work, XeroInvoice]]) -> None:
    """Link the customers of these invoices, which were found again in Xero, to the contacts that they stand with."""
    named = {work.hub.record.get("contact"): invoice.xero_contact_id for work, invoice in found}
    async with current.database.reading() as session:
        links = await list_contacts(session, current.connection_id, sorted(key for key in named if key))
    lacking = [link for link in links if link.xero_contact_id is None and link.wanted_xero_id is None]
    if not lacking:
        return
    wanted = {link.id: named[link.partner_contact_id] for link in lacking}
    there = await read_followed(current, set(wanted.values()))
    async with current.database.reading() as session:
        ids = [contact.xero_contact_id for contact in there.values()]
        linked = await list_contacts_by_xero_id(session, current.connection_id, ids)
        known = await list_contact_links(session, current.connection_id, _list_marked(there.values()))
    known_ids = {link.id for link in known}
    taken = {link.xero_contact_id for link in linked}
    works = await start_work(current, lacking)
    for work in works:
        contact = there.get(wanted[work.link.id])
        if contact is None or contact.xero_contact_id in taken:
            continue
        if not _is_recovered(work.link, contact, known_ids):
            continue
        taken.add(contact.xero_contact_id)
        with work.guarded():
            take_contact(current, work, contact)
            work.attempts.append(Attempt(work.link.id, "link", {}, "adopted", SAID))
    await record_contacts(current, works)
    current.contact_keys.clear()
    current.contact_sharers.clear()


def _is_recovered(link: ContactLink, contact: XeroContact, known: Collection[UUID]) -> bool:
    """Whether it was made for this link, or for one that is not among the known ones of this copy."""
    marked = _find_marked(contact)
    return marked is not None and (marked not in known or contact.contact_number == link.marker)


def _list_marked(contacts: Iterable[XeroContact]) -> set[UUID]:
    return {link_id for contact in contacts if (link_id := _find_marked(contact)) is not None}


def _find_marked(contact: XeroContact) -> UUID | None:
    """The link for which a contact was made, by our mark on it; None where it bears none."""
    number = contact.contact_number or ""
    if not number.startswith(MARKER):
        return None
    try:
        return UUID(hex=number.removeprefix(MARKER)[:HEX_OF_AN_ID])
    except ValueError:
        return None
