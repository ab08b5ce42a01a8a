"""Contact groups: which exist, and who is in them. Only persons make them here; an app reads them and adds contacts.

Joining a group tells no event and moves no instant: whether it does at Xero is not documented.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from app.sandbox.xero.books.journal import Journal


@dataclass
class ContactGroup:
    """One group; `contact_ids` in the order of joining."""

    group_id: str
    name: str
    contact_ids: list[str] = field(default_factory=list)

    def view(self, contacts: list[dict[str, Any]]) -> dict[str, Any]:
        """The group as the API shows it, with what is to be shown of its contacts."""
        return {"ContactGroupID": self.group_id, "Name": self.name, "Status": "ACTIVE", "Contacts": contacts}


class GroupBook:
    """All groups of one organisation."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_id: dict[str, ContactGroup] = {}

    def __iter__(self) -> Iterator[ContactGroup]:
        return iter(self._by_id.values())

    def find(self, key: str) -> ContactGroup | None:
        """By id, else by name."""
        found = self._by_id.get(key.lower())
        return found or next((group for group in self if group.name.casefold() == key.casefold()), None)

    def add(self, name: str) -> ContactGroup:
        """A new, empty group."""
        made = ContactGroup(str(uuid4()), name)
        self._by_id[made.group_id] = made
        return made

    def join(self, group: ContactGroup, contact_id: str) -> None:
        """Put a contact into a group; undone if the journal rewinds. Nothing happens the second time."""
        if contact_id not in group.contact_ids:
            group.contact_ids.append(contact_id)
            self._journal.note(lambda: group.contact_ids.remove(contact_id))

    def list_of(self, contact_id: str) -> list[dict[str, Any]]:
        """What a contact shows of its groups."""
        return [group.view([]) for group in self if contact_id in group.contact_ids]
