"""Contacts for invoices that are about to be written: linked once, created once, never edited through an invoice.

An unlinked contact is created by `PUT` with our marker in ContactNumber, which Xero refuses where the name or the
number exists (FACTS 5); a refusal is answered by looking: ours by the marker or alike by name is adopted, anything
else holds the invoices that need it.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from app.db.contacts import (
    ContactLink,
    list_contacts,
    list_contacts_by_xero_id,
    save_contact_ids,
    save_contact_intents,
)
from app.domain.legality import Hold
from app.domain.refusals import CONTACT_NAME_TAKEN, explain
from app.domain.xero_contact import ContactWrite, XeroContact
from app.domain.xero_invoice import Refused
from app.errors import RateLimited
from app.reconcile.ports import READ_BATCH, WRITE_BATCH
from app.reconcile.round import Round, batches

MARKER = "plumbline:"
LONGEST_MARKER = 50
"""ContactNumber holds fifty characters (FACTS 5)."""

Found = dict[str, str | Hold]


async def ensure_contacts(current: Round, keys: Sequence[str]) -> Found:
    """Xero's id for each of our contact keys, or the reason why there is none."""
    if not keys:
        return {}
    async with current.database.reading() as session:
        links = await list_contacts(session, current.connection_id, keys)
    found: Found = {link.partner_contact_id: link.xero_contact_id for link in links if link.xero_contact_id}
    missing = sorted(
        (link for link in links if link.xero_contact_id is None), key=lambda link: link.partner_contact_id
    )
    begun = [link for link in missing if link.intent_key is not None]
    found |= await _look(current, begun)
    for batch in batches([link for link in missing if link.partner_contact_id not in found], WRITE_BATCH):
        found |= await _create(current, batch)
    return found


def marker_of(link: ContactLink) -> str:
    """Our mark on a contact: it names the link, so it is unique over all businesses."""
    return f"{MARKER}{link.id.hex}"[:LONGEST_MARKER]


async def _look(current: Round, begun: Sequence[ContactLink]) -> Found:
    """Contacts whose create was begun: there by our marker, or surely not."""
    found: Found = {}
    for batch in batches(begun, READ_BATCH):
        there = await current.xero.contacts.fetch_by_number([marker_of(link) for link in batch])
        by_marker = {contact.contact_number: contact for contact in there}
        ids: dict[UUID, str | None] = {}
        for link in batch:
            contact = by_marker.get(marker_of(link))
            ids[link.id] = _usable_id(contact) if contact else None
            if contact:
                found[link.partner_contact_id] = _usable_id(contact)
        await _save(current, ids)
    return found


async def _create(current: Round, links: Sequence[ContactLink]) -> Found:
    key = uuid4().hex
    async with current.lease.recording() as session:
        await save_contact_intents(session, [link.id for link in links], key, current.clock.now())
    writes = [
        ContactWrite(
            name=_name_of(link),
            email=link.details.get("email"),
            phone=link.details.get("phone"),
            contact_number=marker_of(link),
        )
        for link in links
    ]
    try:
        answers = await current.xero.contacts.create(writes, key)
    except RateLimited:
        # Nothing was written. Intents left open would each cost a look-up, and so the budget that is short already; and
        # if a part of the batch did go out, Xero refuses the name the next time, and the contact is adopted by it.
        await _save(current, {link.id: None for link in links})
        raise
    found: Found = {}
    ids: dict[UUID, str | None] = {}
    for link, answer in zip(links, answers, strict=True):
        if isinstance(answer, XeroContact):
            ids[link.id] = found[link.partner_contact_id] = answer.xero_contact_id
        else:
            ids[link.id] = None
            found[link.partner_contact_id] = explain(answer.messages)
    await _save(current, ids)
    return found | await _adopt(current, links, answers)


async def _adopt(
    current: Round, links: Sequence[ContactLink], answers: Sequence[XeroContact | Refused]
) -> Found:
    """Where the name was taken: the contact that has it, if it may well be the same person."""
    taken = [
        link
        for link, answer in zip(links, answers, strict=True)
        if isinstance(answer, Refused) and explain(answer.messages).code == CONTACT_NAME_TAKEN
    ]
    names = sorted({_name_of(link) for link in taken})
    named = await current.xero.contacts.fetch_by_name(names) if names else []
    async with current.lease.recording() as session:
        linked = await list_contacts_by_xero_id(
            session, current.connection_id, [_usable_id(c) for c in named]
        )
    owned = {link.xero_contact_id for link in linked}
    found: Found = {}
    ids: dict[UUID, str | None] = {}
    for link in taken:
        namesakes = [contact for contact in named if contact.name.casefold() == _name_of(link).casefold()]
        alike = [c for c in namesakes if _usable_id(c) not in owned and _may_be_the_same(link, c)]
        if alike:
            ids[link.id] = found[link.partner_contact_id] = _usable_id(alike[0])
            owned.add(_usable_id(alike[0]))
        elif namesakes:
            found[link.partner_contact_id] = _another_person(link, namesakes[0])
    await _save(current, ids)
    return found


def _name_of(link: ContactLink) -> str:
    """The name as Xero keeps it, without doubled blanks (FACTS 5)."""
    return " ".join((link.details.get("name") or link.partner_contact_id).split())


def _may_be_the_same(link: ContactLink, contact: XeroContact) -> bool:
    """The same name, and no e-mail addresses that contradict it."""
    ours, theirs = link.details.get("email"), contact.email
    return not ours or not theirs or ours.casefold() == theirs.casefold()


def _another_person(link: ContactLink, contact: XeroContact) -> Hold:
    return Hold(
        CONTACT_NAME_TAKEN,
        f"Xero has another contact named {contact.name!r}, with the e-mail address {contact.email}.",
        f"Give one of the two another name, or correct the e-mail address of {link.partner_contact_id}.",
    )


def _usable_id(contact: XeroContact) -> str:
    return contact.merged_into_id or contact.xero_contact_id


async def _save(current: Round, ids: dict[UUID, str | None]) -> None:
    if ids:
        async with current.lease.recording() as session:
            await save_contact_ids(session, ids)
