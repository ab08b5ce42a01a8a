"""Which contact of Xero stands in the way of a create, and whether it is the same customer.

Matched by our marker in ContactNumber, then by the account number, then by the exact name without e-mail addresses that
contradict each other. A few are searched for, a call for each thing that was taken; for many, all contacts are read
once in the round, a call per thousand, and matched here, so that joining an organisation that knows two hundred of the
app's customers does not cost two hundred searches. Nothing that another app wrote into ContactNumber is touched.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.contact import tidy_name
from app.domain.contact_legality import (
    CONTACT_ACCOUNT_NUMBER_TAKEN,
    CONTACT_NUMBER_TAKEN,
    reasons_for,
)
from app.domain.contact_link import ContactLink
from app.domain.fields import Fields
from app.domain.hold import Hold
from app.domain.refusals import CONTACT_NAME_TAKEN
from app.domain.xero_contact import XeroContact
from app.reconcile.contacts.reads import read_followed
from app.reconcile.round import Round

FEW = 5
"""Refusals of one batch up to which searching is cheaper than reading all contacts."""

Asked = tuple[ContactLink, Sequence[str], Fields]
"""A refused create: the link, Xero's words, and the fields that were sent."""


@dataclass(frozen=True, slots=True)
class Match:
    """A contact that stands in the way; `hold` says why it is another customer's, where it is."""

    contact: XeroContact
    hold: Hold | None = None


async def find_matches(current: Round, asked: Sequence[Asked]) -> dict[UUID, Match]:
    """The match of each refused create that has one, merged contacts followed to the one that survives."""
    candidates = await _fetch_candidates(current, asked)
    found = {link.id: match for link, _, sent in asked if (match := match_contact(link, sent, candidates))}
    merged = {m.contact.xero_contact_id for m in found.values() if m.contact.merged_into_id}
    survivors = await read_followed(current, merged) if merged else {}
    return {
        link_id: Match(survivors.get(match.contact.xero_contact_id, match.contact), match.hold)
        for link_id, match in found.items()
    }


async def _fetch_candidates(current: Round, asked: Sequence[Asked]) -> Sequence[XeroContact]:
    if current.contact_book is None and len(asked) > FEW:
        current.contact_book = await current.xero.contacts.fetch_all()
    if current.contact_book is not None:
        return current.contact_book
    contacts = current.xero.contacts
    taken = [(link, sent, set(reasons_for(messages))) for link, messages, sent in asked]
    marks = [link.marker for link, _, codes in taken if CONTACT_NUMBER_TAKEN in codes]
    numbers = [sent["account_number"] for _, sent, codes in taken if CONTACT_ACCOUNT_NUMBER_TAKEN in codes]
    names = [tidy_name(sent["name"]) for _, sent, codes in taken if CONTACT_NAME_TAKEN in codes]
    found = [*await contacts.fetch_by_number(marks)] if marks else []
    found += await contacts.fetch_by_account_number(numbers) if numbers else []
    return found + (await contacts.fetch_by_name(names) if names else [])


def match_contact(link: ContactLink, sent: Fields, candidates: Iterable[XeroContact]) -> Match | None:
    """The surest match first; a namesake with another e-mail address is found, and held as another person."""
    contacts = list(candidates)
    number, name = sent.get("account_number"), tidy_name(sent.get("name") or "").casefold()
    passes: tuple[Callable[[XeroContact], bool], ...] = (
        lambda contact: contact.contact_number == link.marker,
        lambda contact: bool(number) and contact.account_number == number,
        lambda contact: _is_named(contact, name) and _may_be_the_same(sent, contact),
    )
    for is_its in passes:
        match = next((contact for contact in contacts if is_its(contact)), None)
        if match is not None:
            return Match(match)
    namesake = next((contact for contact in contacts if _is_named(contact, name)), None)
    return Match(namesake, _another_person(link, sent, namesake)) if namesake else None


def _is_named(contact: XeroContact, name: str) -> bool:
    """Names are unique among active contacts only, so an archived namesake is nobody's match."""
    return contact.is_usable and contact.name.casefold() == name


def _may_be_the_same(sent: Mapping[str, str | None], contact: XeroContact) -> bool:
    ours, theirs = sent.get("email"), contact.email
    return not ours or not theirs or ours.casefold() == theirs.casefold()


def _another_person(link: ContactLink, sent: Mapping[str, str | None], contact: XeroContact) -> Hold:
    return Hold(
        CONTACT_NAME_TAKEN,
        f"Xero has another contact named {contact.name!r}, with the e-mail address {contact.email}.",
        f"Give one of the two another name, correct the e-mail address of {link.partner_contact_id}, "
        "or link the two by hand.",
    )
