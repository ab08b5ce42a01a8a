"""What the loop needs of the world outside, as protocols. Adapters are chosen in `wiring` alone.

Every method that writes may raise `OutcomeUnknown`: then the write may stand in Xero. Reads raise `XeroUnavailable` in
its place. `RateLimited`, `AuthorisationLost`, `ScopeMissing` and `RequestRefused` may come from any of them
(`app.errors`). Batches answer element by element, in the order in which they were asked; a refused element is a
`Refused` value among the others, also where Xero refuses a request as a whole because of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.domain.organisation import Organisation
from app.domain.xero_contact import ContactWrite, XeroContact
from app.domain.xero_invoice import InvoiceWrite, PaymentWrite, Refused, XeroInvoice, XeroPayment

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

    async def fetch_by_number(self, numbers: Sequence[str]) -> list[XeroInvoice]:
        """The sales invoices with those numbers, voided and deleted ones included; at most `READ_BATCH` numbers."""
        ...

    async def fetch_created_by_us(self, since: datetime) -> list[XeroInvoice]:
        """Invoices that this app created and that moved at or after `since` (createdByMyApp)."""
        ...

    async def create(
        self, writes: Sequence[InvoiceWrite], idempotency_key: str
    ) -> list[XeroInvoice | Refused]:
        """PUT: create only, at most `WRITE_BATCH`, approved and marked as sent."""
        ...

    async def update(self, writes: Sequence[InvoiceWrite]) -> list[XeroInvoice | Refused]:
        """POST by id: change what is named, at most `WRITE_BATCH`; a status `cancelled` voids."""
        ...


class XeroContacts(Protocol):
    """An organisation's contacts."""

    async def fetch(self, contact_ids: Sequence[str]) -> list[XeroContact]:
        """The contacts with those ids, archived and merged ones included."""
        ...

    async def fetch_by_number(self, contact_numbers: Sequence[str]) -> list[XeroContact]:
        """The contacts that carry those markers in ContactNumber, archived ones included."""
        ...

    async def fetch_by_name(self, names: Sequence[str]) -> list[XeroContact]:
        """The contacts with exactly those names (Xero compares without case), archived ones included."""
        ...

    async def create(
        self, writes: Sequence[ContactWrite], idempotency_key: str
    ) -> list[XeroContact | Refused]:
        """PUT: create only, at most `WRITE_BATCH`."""
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

    async def delete(self, payment_id: str) -> Refused | None:
        """POST Status DELETED; None when it is gone, also when it was gone before."""
        ...


class XeroOrganisation(Protocol):
    """One Xero organisation, reached with one connection's token: its facts, and the kinds of things that it holds."""

    @property
    def invoices(self) -> XeroInvoices: ...
    @property
    def contacts(self) -> XeroContacts: ...
    @property
    def payments(self) -> XeroPayments: ...

    async def fetch_organisation(self) -> Organisation:
        """The organisation with its accounts and tax rates, read fresh (three calls or four)."""
        ...


class XeroOrganisations(Protocol):
    """Opens the organisation of a connection; the token is refreshed when it is about to end."""

    async def open(self, connection_id: UUID, *, bulk: bool = False) -> XeroOrganisation:
        """Raises `AuthorisationLost` when the connection's consent is gone.

        The calls of a `bulk` leave a reserve of Xero's limits to single edits and to the API.
        """
        ...


class Waker(Protocol):
    """Wakes a worker. A nudge carries no work; losing one costs latency only, since the sweep finds what is behind."""

    async def reconcile_soon(self, connection_ids: Sequence[UUID]) -> None:
        """Look at these connections now."""
        ...

    async def deliver_soon(self, connection_id: UUID) -> None:
        """Send what waits for this connection's partner now."""
        ...
