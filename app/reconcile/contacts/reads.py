"""Reads of contacts in batches, none twice in a round, with merges followed (FACTS 5, Contacts).

Two contacts that a person merged in Xero are one from then on: the one that went is archived and names the one that
stays. A chain of merges is followed to its end.
"""

from collections.abc import Collection

from app.domain.xero.xero_contact import XeroContact
from app.reconcile.ports import READ_BATCH
from app.reconcile.round import Round, batches

MOST_MERGES = 10
"""Steps of a chain that are followed; a chain that leads back to its beginning ends here too."""


async def read_followed(current: Round, xero_ids: Collection[str]) -> dict[str, XeroContact]:
    """For each of these ids the contact that stands for it now; ids that Xero does not know are left out."""
    await _read(current, xero_ids)
    for _ in range(MOST_MERGES):
        onward = {contact.merged_into_id for contact in current.fresh_contacts.values()} - {None}
        missing = {xero_id for xero_id in onward if xero_id and xero_id not in current.fresh_contacts}
        if not missing:
            break
        await _read(current, missing)
    found = {xero_id: _end_of(current, xero_id) for xero_id in xero_ids}
    return {xero_id: contact for xero_id, contact in found.items() if contact is not None}


async def _read(current: Round, xero_ids: Collection[str]) -> None:
    missing = sorted(xero_id for xero_id in xero_ids if xero_id not in current.fresh_contacts)
    for batch in batches(missing, READ_BATCH):
        found = await current.xero.contacts.fetch(batch)
        current.fresh_contacts |= {contact.xero_contact_id: contact for contact in found}


def _end_of(current: Round, xero_id: str) -> XeroContact | None:
    contact = current.fresh_contacts.get(xero_id)
    for _ in range(MOST_MERGES):
        if contact is None or contact.merged_into_id is None:
            return contact
        contact = current.fresh_contacts.get(contact.merged_into_id, contact)
    return contact
