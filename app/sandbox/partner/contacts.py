"""The contacts that the app holds, with the same promises as `books` makes for invoices.

A customer is met when an invoice names one that the app does not know; from then on the contact has a life of its own,
and the copies in its invoices stay as they were written.
"""

from app.sandbox.partner.contact_document import (
    Document,
    apply_contact,
    build_contact,
    edit_contact,
    list_moved_contact,
)
from app.sandbox.partner.holding import Holding, Holdings, Outcome, apply_change


class ContactUnknown(LookupError):
    """No contact of that id is in the app."""


class Contacts(Holdings):
    """All contacts, in the order in which they came."""

    unknown = ContactUnknown

    def meet(self, named: Document) -> Document:
        """The contact that an invoice names, made if it is new."""
        if named["id"] not in self._holdings:
            self._holdings[named["id"]] = Holding([build_contact(named)])
        return self._holdings[named["id"]].newest

    async def edit(self, contact_id: str, changes: Document) -> Document:
        """A person's edit. Raises ContactUnknown."""
        holding = self._get_holding(contact_id)
        async with holding.lock:
            holding.add(edit_contact(holding.newest, changes))
            return holding.newest

    async def apply(self, change: Document, edit_before: Document | None = None) -> Outcome:
        """Apply one change of Plumbline's, atomically; `edit_before` is a person's edit that lands just before."""
        holding = self._holdings.get(change["contact_id"])
        if holding is None:
            return self._adopt(change)
        async with holding.lock:
            if edit_before is not None:
                holding.add(edit_contact(holding.newest, edit_before))
            return apply_change(holding, change, list_moved_contact, apply_contact)

    def _adopt(self, change: Document) -> Outcome:
        """Take a contact that was born in Xero, under the id that Plumbline chose for it."""
        if any(entry["before"] is not None for entry in change["fields"]):
            return Outcome("unknown_contact", {"error": f"no contact {change['contact_id']} here"})
        document = {
            **build_contact({**change["contact"], "id": change["contact_id"]}),
            "based_on": change["revision"],
        }
        answer = {"version": 1, "replaced_version": 0}
        self._holdings[document["id"]] = Holding([document], {change["revision"]: answer})
        return Outcome("applied", answer)
