"""The invoices that the app holds, every version of each, and the one place where a new version is made.

Guarantees: versions of one invoice grow by one, with no gap; between reading a version and making the next,
the invoice's own lock is held; a version, once made, is never changed; a change is applied whole, once per
revision, or not at all. Sending is left to `outbox`.
"""

import copy
import itertools
from collections.abc import Callable
from datetime import UTC, datetime

from app.sandbox.partner.compare_and_set import apply_fields, list_moved
from app.sandbox.partner.contacts import Contacts
from app.sandbox.partner.document import Document, build_document, edit_document, set_total
from app.sandbox.partner.holding import Holding, Holdings, Outcome, apply_change

FIRST_SERIAL = 1001


class InvoiceUnknown(LookupError):
    """No invoice of that id is in the books."""


class InvoiceTaken(ValueError):
    """An invoice of that id is in the books already."""


class Books(Holdings):
    """All invoices, in the order in which they came."""

    unknown = InvoiceUnknown

    def __init__(self, contacts: Contacts) -> None:
        super().__init__()
        self._contacts = contacts
        self._serials = itertools.count(FIRST_SERIAL)

    def open(self, said: Document) -> Document:
        """A new invoice from what a person said. Raises InvoiceTaken."""
        document = build_document(said, serial=next(self._serials), now=datetime.now(UTC))
        if document["id"] in self._holdings:
            raise InvoiceTaken(document["id"])
        self._holdings[document["id"]] = Holding([document])
        self._meet(document)
        return document

    async def edit(self, invoice_id: str, make_next: Callable[[Document, datetime], Document]) -> Document:
        """A person's edit: the next version, built by `make_next` from the newest. Raises InvoiceUnknown."""
        holding = self._get_holding(invoice_id)
        async with holding.lock:
            holding.add(make_next(holding.newest, datetime.now(UTC)))
            self._meet(holding.newest)
            return holding.newest

    async def apply(self, change: Document, edit_before: Document | None) -> Outcome:
        """Apply one change of Plumbline's, atomically, by the three rules of the protocol.

        `edit_before` is a person's edit that lands after the change has arrived and before it is compared:
        the race that the protocol is for.
        """
        holding = self._holdings.get(change["invoice_id"])
        if holding is None:
            return self._adopt(change)
        async with holding.lock:
            if edit_before is not None:
                holding.add(edit_document(holding.newest, edit_before, datetime.now(UTC)))
            return apply_change(holding, change, list_moved, apply_fields)

    def _adopt(self, change: Document) -> Outcome:
        """Take an invoice that was born in Xero, under the id that Plumbline chose for it."""
        if any(entry["before"] is not None for entry in change["fields"]):
            return Outcome("unknown_invoice", {"error": f"no invoice {change['invoice_id']} here"})
        document = {"payments": [], **copy.deepcopy(change["invoice"]), "id": change["invoice_id"]}
        document |= {"version": 1, "based_on": change["revision"]}
        set_total(document)
        answer = {"version": 1, "replaced_version": 0}
        self._holdings[change["invoice_id"]] = Holding([document], {change["revision"]: answer})
        self._meet(document)
        return Outcome("applied", answer)

    def _meet(self, document: Document) -> None:
        """Whoever an invoice names becomes a contact of the app, if what it says of one makes sense."""
        named = document.get("contact")
        if isinstance(named, dict) and isinstance(named.get("id"), str):
            self._contacts.meet(named)
