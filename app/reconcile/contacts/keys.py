"""Whose contact an invoice of Xero names: our keys of Xero's contacts, and new links for those that nobody knows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from app.db.contacts.contact_links import list_contacts, list_contacts_by_xero_id, mark_contacts_due
from app.db.contacts.contact_record import insert_contacts_from_xero
from app.db.links.made_before import list_made_before
from app.domain.contacts.contact import CONTACT as CONTACT_KIND
from app.domain.contacts.contact import DETAILS, observed_contact
from app.domain.contacts.contact_link import ContactLink, Mention
from app.domain.holds.thing import Thing
from app.domain.invoices.link import Standing, State
from app.domain.record.hub import Hub
from app.domain.xero.xero_contact import XeroContact
from app.domain.xero.xero_invoice import BORN_IN_XERO, XeroInvoice
from app.reconcile.contacts.reads import read_followed
from app.reconcile.round import Round
from app.reconcile.work import Work

NOTHING_HELD: Mapping[str, str | None] = {}


async def contact_keys(
    current: Round, invoices: Sequence[XeroInvoice], held: Mapping[str, str | None] = NOTHING_HELD
) -> dict[str, str]:
    """Our contact key for each of Xero's contact ids that these invoices name; unknown contacts are linked now, under
    the app's own id where an earlier connection of the business had it.

    `held` is the key of the contact with which each invoice stood so far, by the invoice's id.
    """
    known = await known_contact_keys(current, {invoice.xero_contact_id for invoice in invoices})
    left = await _list_left(current, invoices, held)
    missing = {invoice.xero_contact_id for invoice in invoices} - known.keys()
    if not missing and not left:
        return known
    found = await read_followed(current, missing | left.keys())
    merged = _follow_merged(current, left, found)
    missing -= known.keys()
    now = current.clock.now()
    named = {xero_id: contact for xero_id, contact in found.items() if xero_id in missing}
    stand_for = await known_contact_keys(current, {contact.xero_contact_id for contact in named.values()})
    unknown = {c.xero_contact_id: c for c in named.values() if c.xero_contact_id not in stand_for}
    async with current.database.reading() as session:
        made = await list_made_before(session, current.connection, unknown, Thing.CONTACT)
    born = [born_link(contact, now, made.get(xero_id)) for xero_id, contact in unknown.items()]
    if born or merged:
        async with current.lease.recording() as session:
            await mark_contacts_due(session, merged)
            await insert_contacts_from_xero(session, current.connection_id, born)
    known |= {link.xero_contact_id: link.partner_contact_id for link in born if link.xero_contact_id}
    known |= {xero_id: known[contact.xero_contact_id] for xero_id, contact in named.items()}
    return known


async def _list_left(
    current: Round, invoices: Sequence[XeroInvoice], held: Mapping[str, str | None]
) -> dict[str, ContactLink]:
    """The links of contacts that these invoices stood with and are shown with no more, by Xero's id."""
    shown = {
        key: invoice.xero_contact_id
        for invoice in invoices
        if (key := held.get(invoice.xero_invoice_id))
        and key not in current.contact_sharers.get(invoice.xero_contact_id, ())
    }
    if not shown:
        return {}
    async with current.database.reading() as session:
        links = await list_contacts(session, current.connection_id, sorted(shown))
    return {
        link.xero_contact_id: link
        for link in links
        if link.xero_contact_id and link.xero_contact_id != shown[link.partner_contact_id]
    }


def _follow_merged(
    current: Round, left: Mapping[str, ContactLink], found: Mapping[str, XeroContact]
) -> list[UUID]:
    """A contact that an invoice left because it was merged into another takes its invoices along, whoever tells of the
    merge first: its link stands for the one that stays. Answers the links that are to follow, with the next turn of
    contacts.
    """
    merged = []
    for xero_id, link in left.items():
        contact = found.get(xero_id)
        if contact is None or contact.xero_contact_id == xero_id:
            continue
        merged.append(link.id)
        kept, key = contact.xero_contact_id, link.partner_contact_id
        current.contact_keys.setdefault(kept, key)
        current.contact_sharers[kept] = current.contact_sharers.get(kept, frozenset()) | {key}
    return merged


async def known_contact_keys(current: Round, xero_ids: Collection[str]) -> dict[str, str]:
    """Our keys of those contacts that are linked, of shared ones the owner's; no call is made."""
    known = current.contact_keys
    missing = set(xero_ids) - known.keys()
    if missing:
        async with current.database.reading() as session:
            links = await list_contacts_by_xero_id(session, current.connection_id, missing)
        for link in links:
            xero_id = link.xero_contact_id or ""
            # Owners come last, so theirs is the key that stays.
            known[xero_id] = link.partner_contact_id
            sharers = current.contact_sharers.get(xero_id, frozenset())
            current.contact_sharers[xero_id] = sharers | {link.partner_contact_id}
    return known


def key_of_contact(current: Round, xero_id: str, held: str | None, known: str | None) -> str | None:
    """The key that an invoice shows for a contact: the one it has, if that is one of several that share the contact."""
    return held if held in current.contact_sharers.get(xero_id, ()) else known


async def follow_sharers(current: Round, works: Sequence[Work]) -> None:
    """Invoices that the app moves from one of its contacts to another that is the same one in Xero stand with that one
    there already: nothing is to be written, which locked books or a credit could refuse.
    """
    moved = [work for work in works if _moves_in_app(*_contacts_of(work))]
    if not moved:
        return
    named = {key for work in moved for key in _contacts_of(work) if key}
    async with current.database.reading() as session:
        links = await list_contacts(session, current.connection_id, sorted(named))
    theirs = {link.partner_contact_id: link.xero_contact_id for link in links if link.xero_contact_id}
    for work in moved:
        ours, there = _contacts_of(work)
        if ours in theirs and theirs[ours] == theirs.get(there or ""):
            shadow = {**work.hub.xero_shadow, "contact": ours}
            work.link = replace(work.link, hub=replace(work.hub, xero_shadow=shadow))


def _contacts_of(work: Work) -> tuple[str | None, str | None]:
    """The contact that the record has, and the one that the invoice is known to stand with in Xero."""
    return work.hub.record.get("contact"), work.hub.xero_shadow.get("contact")


def _moves_in_app(ours: str | None, there: str | None) -> bool:
    return ours is not None and there is not None and ours != there


def born_link(contact: XeroContact, at: datetime, key: str | None = None) -> ContactLink:
    """The link of a contact that was born in Xero and that the app is yet to hear of, under a key that we choose."""
    seen = observed_contact(contact)
    record = {**seen, "groups": []}
    link = ContactLink(
        id=uuid4(),
        partner_contact_id=key or BORN_IN_XERO + contact.xero_contact_id,
        xero_contact_id=contact.xero_contact_id,
        generation=1,
        hub=Hub(record=record, xero_shadow=seen, revision=1, kind=CONTACT_KIND),
        standing=Standing(State.BEHIND),
        mention=Mention({name: record[name] for name in DETAILS}, 0, None, at),
    )
    return link.as_held_by_xero(contact, link.hub)
