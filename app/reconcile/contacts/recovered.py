"""Customers whose contacts in Xero an older copy of the database does not know: known by the invoices made for them.

Such a contact carries the mark of a link that is lost, and may have been renamed since, so nothing that it is matched
by tells whose it is. An invoice that is found again tells it: it was made for this customer, and stands with that
contact. So the two are linked, unless either is linked already. A contact without such a mark may be the one that the
customer's was merged into in Xero (`merged`). Otherwise it is left alone: somebody may have moved the invoice to it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from app.db.contacts.contact_links import list_contact_links, list_contacts, list_contacts_by_xero_id
from app.db.findings.attempts import Attempt
from app.domain.contacts.contact_link import ContactLink, read_marker
from app.domain.xero.xero_contact import XeroContact
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.contacts.carry import start_work
from app.reconcile.contacts.merged import Claim, find_merged, take_merged
from app.reconcile.contacts.reads import read_followed
from app.reconcile.contacts.record import record_contacts
from app.reconcile.contacts.work import ContactWork, take_contact
from app.reconcile.round import Round
from app.reconcile.work import Work

SAID = "It was in Xero already: an invoice that was made for it stands with this contact."
SAID_MERGED = "It was in Xero already, and was merged with another contact there: our mark tells it."

Meeting = tuple[ContactWork, XeroContact]
"""A customer that is not linked, and the contact that an invoice which was made for it stands with."""

Owners = dict[str, ContactLink]
"""By Xero's id of a contact, the link that has it."""


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
    owners = {link.xero_contact_id or "": link for link in linked}
    works = await start_work(current, lacking)
    stands = [(work, contact) for work in works if (contact := there.get(wanted[work.link.id]))]
    left = _link_made(current, stands, owners, {link.id for link in known})
    await _link_merged(current, left, owners)
    await record_contacts(current, works)
    current.contact_keys.clear()
    current.contact_sharers.clear()


def _link_made(
    current: Round, stands: Sequence[Meeting], owners: Owners, known: Collection[UUID]
) -> list[Meeting]:
    """Link those whose contact was made for them and is nobody's; answers the others."""
    left = []
    for work, contact in stands:
        if contact.xero_contact_id in owners or not _is_recovered(work.link, contact, known):
            left.append((work, contact))
            continue
        with work.guarded():
            work.link = _with_marker(work.link, contact)
            take_contact(current, work, contact)
            owners[contact.xero_contact_id] = work.link
            work.attempts.append(Attempt(work.link.id, "link", {}, "adopted", SAID))
    return left


async def _link_merged(current: Round, left: Sequence[Meeting], owners: Owners) -> None:
    """Link those whose contact is that of the invoice since a merge; the first one there owns it."""
    claims = [Claim(work.link, contact, owners.get(contact.xero_contact_id)) for work, contact in left]
    merged = await find_merged(current, claims)
    for work, contact in left:
        if work.link.id not in merged:
            continue
        with work.guarded():
            is_shared = contact.xero_contact_id in owners
            take_merged(current, work, merged[work.link.id], contact, is_shared=is_shared)
            owners.setdefault(contact.xero_contact_id, work.link)
            work.attempts.append(Attempt(work.link.id, "link", {}, "adopted", SAID_MERGED))


def _is_recovered(link: ContactLink, contact: XeroContact, known: Collection[UUID]) -> bool:
    """Whether it was made for this link, or for one that is not among the known ones of this copy."""
    marked = _find_marked(contact)
    return marked is not None and (marked not in known or marked == link.id)


def _list_marked(contacts: Iterable[XeroContact]) -> set[UUID]:
    return {link_id for contact in contacts if (link_id := _find_marked(contact)) is not None}


def _find_marked(contact: XeroContact) -> UUID | None:
    """The link for which a contact was made, by our mark on it; None where it bears none."""
    marker = read_marker(contact.contact_number)
    return marker[0] if marker else None


def _with_marker(link: ContactLink, contact: XeroContact) -> ContactLink:
    """The link with the mark of its own that the contact bears: of those that it had since the copy, the newest that
    is known.
    """
    marker = read_marker(contact.contact_number)
    if marker is None or marker[0] != link.id:
        return link
    return replace(link, marker_number=max(link.marker_number, marker[1]))
