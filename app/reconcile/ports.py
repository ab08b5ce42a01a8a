"""What the loop needs of the world outside, as protocols. Adapters are chosen in `wiring` alone.

Every method that writes may raise `OutcomeUnknown`: then the write may stand in Xero. Reads raise `XeroUnavailable` in
its place. `RateLimited`, `AuthorisationLost`, `ScopeMissing` and `RequestRefused` may come from any of them
(`app.errors`). Batches answer element by element, in the order in which they were asked; a refused element is a
`Refused` value among the others, also where Xero refuses a request as a whole because of it.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from app.domain.record.credit import CreditKind
from app.domain.xero.organisation import Organisation
from app.domain.xero.part import EVERYTHING, Part
from app.domain.xero.xero_contact import ContactGroup, ContactWrite, XeroContact
from app.domain.xero.xero_credit import CreditWrite, XeroCredit
from app.domain.xero.xero_invoice import (
    InvoicePage,
    InvoiceWrite,
    PaymentWrite,
    Refused,
    XeroInvoice,
    XeroPayment,
)
from app.domain.xero.xero_item import ItemWrite, XeroItem

READ_BATCH = 40
"""Ids in one read: what Xero recommends (FACTS 4.7)."""

WRITE_BATCH = 50
"""Elements in one write (FACTS 2)."""

PAGE_SIZE = 1000
"""Rows of one page, Xero's largest (FACTS 4.7)."""


class XeroInvoices(Protocol):
    """An organisation's sales invoices."""

    async def fetch(self, invoice_ids: Sequence[str]) -> list[XeroInvoice]:
        """The invoices with those ids, at most `READ_BATCH`, lines and payments included; unknown ids are left out."""
        ...

    async def fetch_modified_since(self, since: datetime) -> list[XeroInvoice]:
        """One page (at most `PAGE_SIZE`) of sales invoices that moved at or after `since`, oldest first."""
        ...

    async def fetch_page(
        self, number: int, *, since: datetime | None = None, issued_from: date | None = None
    ) -> InvoicePage:
        """Page `number`, from 1, of all sales invoices (`PAGE_SIZE` on each) in the order of their ids, or of those
        that moved at or after `since`, or were issued on that day or later.

        Rows join such a list and none leaves it while it is read, so one may come twice and none is missed.
        """
        ...

    async def fetch_by_number(self, numbers: Sequence[str]) -> list[XeroInvoice]:
        """The sales invoices with those numbers, voided and deleted ones included; at most `READ_BATCH` numbers."""
        ...

    async def fetch_created_by_us(self, since: datetime) -> list[XeroInvoice]:
        """Invoices that this app created and that moved at or after `since` (createdByMyApp)."""
        ...

    async def create(
        self, writes: Sequence[InvoiceWrite], idempotency_key: str
    ) -> list[XeroInvoice | Refused]:
        """PUT: create only, at most `WRITE_BATCH`, approved and marked as sent, or as drafts."""
        ...

    async def update(self, writes: Sequence[InvoiceWrite]) -> list[XeroInvoice | Refused]:
        """POST by id: change what is named, at most `WRITE_BATCH`; a status `cancelled` voids, or deletes a draft."""
        ...

    async def fetch_online_url(self, xero_invoice_id: str) -> str | None:
        """Where the customer can look at the invoice and pay it; None where Xero has no such page for it."""
        ...


class XeroContacts(Protocol):
    """An organisation's contacts and the groups that they are in."""

    async def fetch(self, contact_ids: Sequence[str]) -> list[XeroContact]:
        """The contacts with those ids, archived and merged ones included; one call per forty."""
        ...

    async def fetch_modified_since(self, since: datetime) -> list[XeroContact]:
        """One page (at most `PAGE_SIZE`) of contacts that moved at or after `since`, archived too, oldest first."""
        ...

    async def fetch_all(self, since: datetime | None = None) -> list[XeroContact]:
        """Every contact, archived ones included, or all that moved at or after `since`; one call per `PAGE_SIZE`.

        Cut off and asked for again soon it goes on where it was, with one call more for what moved meanwhile.
        """
        ...

    async def fetch_by_number(self, contact_numbers: Sequence[str]) -> list[XeroContact]:
        """The contacts that carry those markers in ContactNumber, archived ones included; one call each."""
        ...

    async def fetch_by_account_number(self, account_numbers: Sequence[str]) -> list[XeroContact]:
        """The contacts with those account numbers, archived ones included; one call each."""
        ...

    async def fetch_by_name(self, names: Sequence[str]) -> list[XeroContact]:
        """The contacts with exactly those names (Xero compares without case), archived ones too; one call each."""
        ...

    async def search(self, term: str, number: int, size: int) -> list[XeroContact]:
        """Page `number`, from 1, of so many contacts in use whose name, e-mail address or numbers hold the term."""
        ...

    async def create(
        self, writes: Sequence[ContactWrite], idempotency_key: str
    ) -> list[XeroContact | Refused]:
        """PUT: create only, at most `WRITE_BATCH`."""
        ...

    async def update(self, writes: Sequence[ContactWrite]) -> list[XeroContact | Refused]:
        """POST by id: change what is named, at most `WRITE_BATCH`."""
        ...

    async def fetch_groups(self) -> list[ContactGroup]:
        """The contact groups that people made, without their members."""
        ...

    async def join_group(self, group_id: str, contact_ids: Sequence[str]) -> Refused | None:
        """Put contacts into a group, where those that are in it stay; None when it is done."""
        ...


class XeroPayments(Protocol):
    """The payments on an organisation's sales invoices."""

    async def fetch_by_reference(self, references: Sequence[str]) -> dict[str, XeroPayment]:
        """Payments that carry those references and are not deleted, by reference."""
        ...

    async def create(
        self, writes: Sequence[PaymentWrite], idempotency_key: str
    ) -> list[XeroPayment | Refused]:
        """PUT: create only, at most `WRITE_BATCH`."""
        ...

    async def find(self, payment_id: str) -> XeroPayment | None:
        """The payment with that id; None when it was deleted."""
        ...

    async def delete(self, payment_id: str) -> Refused | None:
        """POST Status DELETED; None when it is gone, also when it was gone before."""
        ...


class XeroItems(Protocol):
    """An organisation's items."""

    async def fetch(self, since: datetime | None = None) -> list[XeroItem]:
        """Every item, or those that moved at or after `since`."""
        ...

    async def create(self, writes: Sequence[ItemWrite], idempotency_key: str) -> list[XeroItem | Refused]:
        """PUT: create only, at most `WRITE_BATCH`; a code that is taken is refused."""
        ...

    async def update(self, writes: Sequence[ItemWrite]) -> list[XeroItem | Refused]:
        """POST by id: change what is named, at most `WRITE_BATCH`."""
        ...


class XeroCredits(Protocol):
    """An organisation's credit notes, prepayments and overpayments, and what of them is set against which invoice."""

    async def find(self, kind: CreditKind, credit_id: str) -> XeroCredit | None:
        """The credit with that id, voided ones included; None where there is none."""
        ...

    async def find_note(self, number: str) -> XeroCredit | None:
        """The customers' credit note of that number, one that is approved before one that is not; None also where it
        cannot be asked for.
        """
        ...

    async def fetch_modified_since(self, kind: CreditKind, since: datetime) -> list[XeroCredit]:
        """All credits of a kind that moved at or after `since`, bills' credits included."""
        ...

    async def create(self, writes: Sequence[CreditWrite], idempotency_key: str) -> list[XeroCredit | Refused]:
        """PUT: create only, approved, at most `WRITE_BATCH`; one call for credit notes, one for the other kinds."""
        ...

    async def allocate(
        self,
        kind: CreditKind,
        credit_id: str,
        xero_invoice_id: str,
        amount: Decimal,
        applied_on: date,
        idempotency_key: str,
    ) -> Refused | None:
        """Set a part of a credit against an invoice. Xero refuses more than remains of it, or is due."""
        ...

    async def remove_allocation(self, kind: CreditKind, credit_id: str, allocation_id: str) -> Refused | None:
        """Take it back; None when it is gone, also when it was gone before."""
        ...

    async def void(self, credit_note_id: str) -> Refused | None:
        """Void a credit note of which nothing is allocated; no other kind can be voided through the API (FACTS 5)."""
        ...


class XeroOrganisation(Protocol):
    """One Xero organisation, reached with one connection's token: its facts, and the kinds of things that it holds."""

    @property
    def invoices(self) -> XeroInvoices: ...
    @property
    def contacts(self) -> XeroContacts: ...
    @property
    def payments(self) -> XeroPayments: ...
    @property
    def credits(self) -> XeroCredits: ...
    @property
    def items(self) -> XeroItems: ...

    async def fetch_organisation(
        self, known: Organisation | None = None, parts: Collection[Part] = EVERYTHING
    ) -> Organisation:
        """The organisation with these parts of its facts read fresh, one call each; the others as they were known."""
        ...


class XeroOrganisations(Protocol):
    """Opens the organisation of a connection; the token is refreshed when it is about to end."""

    async def open(
        self, connection_id: UUID, *, bulk: bool = False, before_each: Callable[[], Awaitable[None]] = ...
    ) -> XeroOrganisation:
        """Raises `AuthorisationLost` when the connection's consent is gone.

        The calls of a `bulk` leave a reserve of Xero's limits to single edits and to the API. `before_each` is awaited
        before each call, of which what is asked for at once may take many; what it raises stops them.
        """
        ...


class Consents(Protocol):
    """Where consents stand at Xero, and the end of one. Raises `XeroUnavailable` where Xero gives no answer."""

    async def confirm_loss(self, connection_id: UUID) -> str:
        """Why a connection's consent is gone, in words, by Xero's own word; `XeroUnavailable` where it is not gone."""
        ...

    async def find_loss(self, connection_id: UUID) -> str | None:
        """Why a connection's consent is gone, asked when no call was refused; None where it is not gone."""
        ...

    async def list_missing_scopes(self, connection_id: UUID) -> Sequence[str]:
        """The scopes that a connection's consent lacks by its own word; Xero is not asked."""
        ...

    async def keep_alive(self, token_set_id: UUID) -> None:
        """Refresh a token set that was long unused; raises `AuthorisationLost` where it is too late."""
        ...

    async def delete_connection(self, token_set_id: UUID, xero_connection_id: str) -> None:
        """Delete one entry of Xero's list of connections, and no other; nothing happens where it is gone."""
        ...


class Waker(Protocol):
    """Wakes a worker. A nudge carries no work; losing one costs latency only, since the sweep finds what is behind."""

    async def reconcile_soon(self, connection_ids: Sequence[UUID]) -> None:
        """Look at these connections now."""
        ...

    async def deliver_soon(self, connection_id: UUID) -> None:
        """Send what waits for this connection's partner now."""
        ...

    async def read_soon(self, connection_id: UUID) -> None:
        """Look at what this connection's partner holds now."""
        ...

    async def take_in_soon(self) -> None:
        """Read what Xero sent now."""
        ...
