"""A Xero organisation's contacts, as its port asks for them: each method in terms of calls."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.xero.xero_contact import ContactGroup, ContactWrite, XeroContact
from app.domain.xero.xero_invoice import Refused
from app.xero.answer_order import is_of_contact
from app.xero.calls import EACH_FOR_ITSELF, FIRST_PAGE, IDS_OF_A_READ, XeroCalls
from app.xero.contact_from_xero import contact_from_xero, group_from_xero
from app.xero.contact_to_xero import contacts_to_xero
from app.xero.failures import NotFound, RequestInvalid
from app.xero.json_values import Json
from app.xero.where import find_equality, longest_plain_part, modified_since

_WITH_ARCHIVED: dict[str, Any] = {"include_archived": True}


class XeroSdkContacts:
    """Safe for several tasks."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls

    async def fetch(self, contact_ids: Sequence[str]) -> list[XeroContact]:
        """One call per forty; paged, because only then are merged contacts told apart from archived ones (FACTS 5)."""
        parts = [contact_ids[at : at + IDS_OF_A_READ] for at in range(0, len(contact_ids), IDS_OF_A_READ)]
        reads = (self._fetch(i_ds=list(part)) for part in parts)
        return [contact for answer in await asyncio.gather(*reads) for contact in answer]

    async def fetch_by_number(self, contact_numbers: Sequence[str]) -> list[XeroContact]:
        """One call each: a filter on ContactNumber is slow in a large organisation (FACTS 5), this look-up is not."""
        answers = await asyncio.gather(*(self._fetch_numbered(number) for number in set(contact_numbers)))
        return [contact for answer in answers for contact in answer]

    async def fetch_by_name(self, names: Sequence[str]) -> list[XeroContact]:
        """One call each; Xero keeps no doubled blanks in a name, so none are asked for (FACTS 5).

        More only where more than a page of contacts, archived ones for the most part, have one name.
        """
        tidy = {" ".join(name.split()) for name in names} - {""}
        answers = await asyncio.gather(*(self._fetch_named(name) for name in tidy))
        found = [contact for answer in answers for contact in answer]
        return list({contact.xero_contact_id: contact for contact in found}.values())

    async def fetch_by_account_number(self, account_numbers: Sequence[str]) -> list[XeroContact]:
        """One call each; the property is among those that Xero promises to be fast (FACTS 5)."""
        wanted = [w for number in set(account_numbers) if (w := find_equality("AccountNumber", number))]
        answers = await asyncio.gather(*(self._fetch(where=where) for where in wanted))
        found = [contact for answer in answers for contact in answer]
        return list({contact.xero_contact_id: contact for contact in found}.values())

    async def fetch_modified_since(self, since: datetime) -> list[XeroContact]:
        """One call. Rows may be up to two seconds older than `since`, see `modified_since`."""
        return await self._fetch(if_modified_since=modified_since(since), order="UpdatedDateUTC ASC")

    async def fetch_all(self, since: datetime | None = None) -> list[XeroContact]:
        """One call per thousand, ordered by id, in which rows do not move from page to page while they are read."""
        header = {} if since is None else {"if_modified_since": modified_since(since)}
        elements = await self._calls.fetch_pages(
            "get_contacts", "Contacts", order="ContactID ASC", **header, **_WITH_ARCHIVED
        )
        return [contact_from_xero(element) for element in elements]

    async def search(self, term: str, number: int, size: int) -> list[XeroContact]:
        """One call; contacts that no invoice may name are left out, as Xero does unasked.

        By id, in which order rows do not move from page to page.
        """
        elements = await self._calls.fetch(
            "get_contacts", "Contacts", search_term=term, page=number, page_size=size, order="ContactID ASC"
        )
        return [contact_from_xero(element) for element in elements]

    async def create(
        self, writes: Sequence[ContactWrite], idempotency_key: str
    ) -> list[XeroContact | Refused]:
        """PUT, which refuses a name or a number that is taken; POST would edit the contact that has it."""

        async def send(part: Sequence[ContactWrite], key: str) -> list[Json]:
            body = contacts_to_xero(part)
            return await self._calls.write(
                "create_contacts", "Contacts", contacts=body, idempotency_key=key, **EACH_FOR_ITSELF
            )

        return (
            await self._calls.write_batch(send, writes, contact_from_xero, is_of_contact, idempotency_key)
            if writes
            else []
        )

    async def update(self, writes: Sequence[ContactWrite]) -> list[XeroContact | Refused]:
        """POST, without an idempotency key as for invoices (FACTS 4.9).

        Raises `ValueError` for a write without an id, which POST would take for a create or for a namesake.
        """
        if any(write.held is None for write in writes):
            raise ValueError("an update names its contact by id")

        async def send(part: Sequence[ContactWrite], key: str) -> list[Json]:
            body = contacts_to_xero(part)
            return await self._calls.write(
                "update_or_create_contacts", "Contacts", contacts=body, **EACH_FOR_ITSELF
            )

        return await self._calls.write_batch(send, writes, contact_from_xero, is_of_contact) if writes else []

    async def fetch_groups(self) -> list[ContactGroup]:
        """One call; Xero lists them without their members."""
        return [
            group_from_xero(element)
            for element in await self._calls.fetch("get_contact_groups", "ContactGroups")
        ]

    async def join_group(self, group_id: str, contact_ids: Sequence[str]) -> Refused | None:
        """One call, which Xero refuses as a whole; the group being gone is a refusal too."""
        body = {"Contacts": [{"ContactID": contact_id} for contact_id in contact_ids]}
        try:
            await self._calls.write(
                "create_contact_group_contacts", "Contacts", contact_group_id=group_id, contacts=body
            )
        except NotFound:
            return Refused(("The contact group no longer exists.",))
        except RequestInvalid as refusal:
            return Refused(refusal.messages)
        return None

    async def _fetch(self, **arguments: Any) -> list[XeroContact]:
        elements = await self._calls.fetch(
            "get_contacts", "Contacts", **_WITH_ARCHIVED, **FIRST_PAGE, **arguments
        )
        return [contact_from_xero(element) for element in elements]

    async def _fetch_numbered(self, number: str) -> list[XeroContact]:
        try:
            found = await self._calls.fetch(
                "get_contact_by_contact_number", "Contacts", contact_number=number
            )
        except NotFound:
            return []
        return [contact_from_xero(element) for element in found]

    async def _fetch_named(self, name: str) -> list[XeroContact]:
        where = find_equality("Name", name)
        wanted = {"search_term": longest_plain_part(name)} if where is None else {"where": where}
        elements = await self._calls.fetch_pages(
            "get_contacts", "Contacts", order="ContactID ASC", **wanted, **_WITH_ARCHIVED
        )
        found = (contact_from_xero(element) for element in elements)
        return [contact for contact in found if contact.name.casefold() == name.casefold()]
