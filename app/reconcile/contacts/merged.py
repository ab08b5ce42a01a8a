"""Customers whose contact was merged with another one's in Xero, where no link tells of it: our marks do.

A link that is linked follows a merge when its contact is read (`stage`). One that an older copy of the database does
not know as linked has its mark alone, in the ContactNumber of the contact that was made for it. Where that one was
merged into another contact, or another customer's was merged into it, the two are one in Xero, and share it as after
any merge. Without a merge nothing is shared: a mark can be older than what a person chose by hand since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.contacts.contact_link import ContactLink
from app.domain.xero.xero_contact import XeroContact
from app.reconcile.contacts.reads import read_followed
from app.reconcile.contacts.work import ContactWork, take_contact
from app.reconcile.round import Round


@dataclass(frozen=True, slots=True)
class Claim:
    """An unlinked customer and the contact of Xero that it may be; `owner` is the link that has it, where one does."""

    link: ContactLink
    contact: XeroContact
    owner: ContactLink | None


async def find_merged(current: Round, claims: Sequence[Claim]) -> dict[UUID, XeroContact]:
    """For the customer of each claim that a merge bears out: the contact that bears its mark; a call for each mark."""
    if not claims:
        return {}
    marks = {mark for claim in claims for mark in _list_marks(claim)}
    found = {each.contact_number: each for each in await current.xero.contacts.fetch_by_number(sorted(marks))}
    current.fresh_contacts |= {each.xero_contact_id: each for each in found.values()}
    ends = await read_followed(current, {each.xero_contact_id for each in found.values()})
    merged: dict[UUID, XeroContact] = {}
    for claim in claims:
        marked = [found[mark] for mark in _list_marks(claim) if mark in found]
        there = [each for each in marked if _is_now(ends, each, claim.contact)]
        ours = next((each for each in there if each.contact_number == claim.link.marker), None)
        if ours is not None and any(each.merged_into_id for each in there):
            merged[claim.link.id] = ours
    return merged


def _list_marks(claim: Claim) -> tuple[str, ...]:
    return (claim.link.marker, *(claim.owner.markers if claim.owner else ()))


def _is_now(ends: Mapping[str, XeroContact], before: XeroContact, now: XeroContact) -> bool:
    """Whether the one stands for the other, by its merges or by itself."""
    end = ends.get(before.xero_contact_id)
    return end is not None and end.xero_contact_id == now.xero_contact_id


def take_merged(
    current: Round, work: ContactWork, marked: XeroContact, contact: XeroContact, *, is_shared: bool
) -> None:
    """Link a customer to the contact that stands for the one with its mark, as if it had been linked to that one all
    along: what the merge changed is news of Xero's.
    """
    take_contact(current, work, marked)
    if marked.xero_contact_id != contact.xero_contact_id:
        # What stays was not joined to: it is marked with the next write, if at all.
        work.joined = None
        work.link = work.link.moved_on(is_shared=is_shared)
        take_contact(current, work, contact)
    work.link = replace(work.link, is_shared=is_shared)
