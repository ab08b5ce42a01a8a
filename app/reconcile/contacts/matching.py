"""Which contact of Xero stands in the way of a create, and whether it is the same customer.

Matched by our marker in ContactNumber, then by the keys that the business allows (`domain.contacts.contact_matching`):
account number, exact name and e-mail address, exact name without e-mail addresses that contradict each other. A few are
searched for, a call for each thing that was taken; for many, all contacts are read once in the round, a call per
thousand, and matched here, so that joining an organisation that knows two hundred of the app's customers does not cost
two hundred searches. Nothing that another app wrote into ContactNumber is touched.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from app.domain.contacts.contact import tidy_name
from app.domain.contacts.contact_legality import (
    CONTACT_ACCOUNT_NUMBER_TAKEN,
    CONTACT_NUMBER_TAKEN,
    explain_contact,
    reasons_for,
)
from app.domain.contacts.contact_link import ContactLink
from app.domain.contacts.contact_matching import ContactKey, is_named
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import CONTACT_NAME_TAKEN
from app.domain.record.fields import Fields
from app.domain.xero.xero_contact import XeroContact
from app.reconcile.contacts.reads import read_followed
from app.reconcile.round import Round

FEW = 5
"""Refusals of one batch up to which searching is cheaper than reading all contacts."""

Asked = tuple[ContactLink, Sequence[str], Fields]
"""A refused create: the link, Xero's words, and what is known of the contact."""


@dataclass(frozen=True, slots=True)
class Match:
    """A contact that stands in the way; `hold` says why it is another customer's, where it is. `is_marked`: it bears
    the link's own mark. `merged_into` is the contact that stands for it, where it was merged into another.
    """

    contact: XeroContact
    hold: Hold | None = None
    is_marked: bool = False
    merged_into: XeroContact | None = None

    @property
    def meant(self) -> XeroContact:
        """The contact that the customer would be."""
        return self.merged_into or self.contact


async def find_matches(current: Round, asked: Sequence[Asked]) -> dict[UUID, Match]:
    """The match of each refused create that has one, merged contacts followed to the one that survives."""
    candidates = await _fetch_candidates(current, asked)
    keys = current.connection.settings.contact_matching
    found = {
        link.id: match for link, _, known in asked if (match := match_contact(link, known, candidates, keys))
    }
    return await follow_matches(current, found)


async def follow_matches(current: Round, found: Mapping[UUID, Match]) -> dict[UUID, Match]:
    """These matches with the contacts that stand for those that were merged into others."""
    merged = {m.contact.xero_contact_id: m.contact for m in found.values() if m.contact.merged_into_id}
    current.fresh_contacts |= merged
    survivors = await read_followed(current, merged) if merged else {}
    return {
        link_id: replace(match, merged_into=survivors.get(match.contact.xero_contact_id))
        for link_id, match in found.items()
    }


async def _fetch_candidates(current: Round, asked: Sequence[Asked]) -> Sequence[XeroContact]:
    if current.contact_book is None and len(asked) > FEW:
        current.contact_book = await current.xero.contacts.fetch_all()
    if current.contact_book is not None:
        return current.contact_book
    contacts = current.xero.contacts
    taken = [(link, known, set(reasons_for(messages))) for link, messages, known in asked]
    marks = [link.marker for link, _, codes in taken if CONTACT_NUMBER_TAKEN in codes]
    numbers = [known["account_number"] for _, known, codes in taken if CONTACT_ACCOUNT_NUMBER_TAKEN in codes]
    names = [tidy_name(known["name"]) for _, known, codes in taken if CONTACT_NAME_TAKEN in codes]
    found = [*await contacts.fetch_by_number(marks)] if marks else []
    found += await contacts.fetch_by_account_number(numbers) if numbers else []
    return found + (await contacts.fetch_by_name(names) if names else [])


async def find_in_the_way(current: Round, asked: Sequence[Asked]) -> dict[UUID, str]:
    """Xero's id of the contact that has what each of these refused updates would give another, where one shows it."""
    candidates = await _fetch_candidates(current, asked)
    found: dict[UUID, str] = {}
    for link, said, known in asked:
        code = explain_contact(said).code
        who = next((each for each in candidates if is_in_the_way(code, link, known, each)), None)
        if who is not None:
            found[link.id] = who.xero_contact_id
    return found


def is_in_the_way(code: str, link: ContactLink, known: Fields, contact: XeroContact) -> bool:
    """Whether another contact than the link's has what is said to be taken; the name of an archived one is free."""
    if contact.xero_contact_id == link.xero_contact_id:
        return False
    if code == CONTACT_NAME_TAKEN:
        return is_named(contact, known)
    if code == CONTACT_NUMBER_TAKEN:
        return contact.contact_number == link.marker
    return ContactKey.ACCOUNT_NUMBER.matches(known, contact)


def match_contact(
    link: ContactLink, known: Fields, candidates: Iterable[XeroContact], keys: Sequence[ContactKey]
) -> Match | None:
    """The surest match first; a namesake with another e-mail address is found, and held as another person."""
    contacts = list(candidates)
    passes: list[Callable[[XeroContact], bool]] = [lambda contact: contact.contact_number == link.marker]
    passes += [partial(key.matches, known) for key in keys]
    for is_its in passes:
        match = next((contact for contact in contacts if is_its(contact)), None)
        if match is not None:
            return Match(match, is_marked=match.contact_number == link.marker)
    namesake = next((contact for contact in contacts if is_named(contact, known)), None)
    return Match(namesake, _another_person(link, known, namesake)) if namesake else None


def _another_person(link: ContactLink, known: Fields, contact: XeroContact) -> Hold:
    if ContactKey.NAME.matches(known, contact):
        return Hold(
            CONTACT_NAME_TAKEN,
            f"Xero has a contact named {contact.name!r}, and by the settings that does not make it the same.",
            f"Link it to {link.partner_contact_id} by hand, give one of the two another name, or let names match in "
            "contact_matching.",
        )
    return Hold(
        CONTACT_NAME_TAKEN,
        f"Xero has another contact named {contact.name!r}, with the e-mail address {contact.email}.",
        f"Give one of the two another name, correct the e-mail address of {link.partner_contact_id}, "
        "or link the two by hand.",
    )
