"""A partner with its app, one connection and its invoices, made through the database layer as intake and the loop do.

What the loop would put into the feed is put there directly: these tests are about what happens after that.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from app.clock import ManualClock, SystemClock
from app.db.connections import connections
from app.db.delivery import changes
from app.db.delivery.changes import NewChange
from app.db.delivery.claims import Claim, Claimed, claim_due
from app.db.invoices import invoice_links
from app.db.links import documents
from app.db.partners import partners
from app.db.partners.endpoints import NewEndpoint, insert_endpoint
from app.db.partners.webhook_secrets import insert_secret
from app.db.postgres.session import Database, WriteSession
from app.db.tables import ChangeRow, InvoiceLinkRow
from app.delivery.address import Addresses
from app.delivery.changes import AT_ONCE, CLAIM, MOST_CLAIMED
from app.delivery.delivery import Delivery
from app.delivery.network import TIMEOUT
from app.delivery.webhook import Sender
from app.domain.connections.connection import ConnectionState
from app.domain.partner.endpoint import Endpoint
from app.ending import Ending
from app.intake.document import Document
from app.intake.document_store import build_document_store
from app.keys import make_webhook_secret
from app.vault import Vault
from app.waker import ArqWaker

BUSINESS_ID = "biz_1"
ANYWHERE = Addresses(https_only=False, allow_internal=True)
"""The gate of development: the app listens on this machine."""

PLAIN = {
    "status": "draft",
    "currency": "AUD",
    "amounts_are": "tax_inclusive",
    "issued_on": "2026-11-20",
    "contact": {"id": "cus_1", "name": "Kim Tran"},
    "lines": [],
}
"""What a document must say beside its id and version, where a story does not care."""

Json = dict[str, Any]


@dataclass
class World:
    """One connection of one partner; `partner_secret` is what the app checks our signatures with."""

    database: Database
    vault: Vault
    waker: ArqWaker
    http: httpx.AsyncClient
    connection_id: UUID
    partner_secret: str
    partner_id: UUID
    clock: ManualClock = field(default_factory=lambda: ManualClock(SystemClock().now()))
    links: dict[str, UUID] = field(default_factory=dict)

    def build_delivery(
        self, *, https_only: bool = False, timeout: timedelta = TIMEOUT, ending: Ending | None = None
    ) -> Delivery:
        """A delivery as a new process would have it."""
        return Delivery(
            self.database,
            self.vault,
            Sender(self.http, Addresses(https_only=https_only, allow_internal=True), timeout=timeout),
            self.waker,
            self.clock,
            build_document_store(self.database, self.clock, self.waker),
            ending or Ending(),
        )

    async def add_endpoint(
        self, session: WriteSession, new: NewEndpoint, secret: str | None = None
    ) -> Endpoint:
        """Another endpoint of the partner's."""
        endpoint, now = await insert_endpoint(session, self.partner_id, new), self.clock.now()
        sealed = self.vault.encrypt(secret or make_webhook_secret())
        await insert_secret(session, endpoint.id, sealed, now, others_end_at=now)
        return endpoint

    async def hold(self, document: Json) -> None:
        """Store a document of the app, as intake does."""
        async with self.database.writing() as session:
            stored = Document.model_validate(PLAIN | document).to_json()
            filed = documents.file_all(self.connection_id, [stored], self.clock.now())
            await documents.save_documents(session, documents.INVOICES, filed)
            behind = await invoice_links.list_behind(session, self.connection_id, 1000)
        self.links |= {link.partner_invoice_id: link.id for link in behind}

    async def put_change(self, invoice_id: str, revision: int, *moves: tuple[str, Any, Any]) -> None:
        """Put a change into the feed, as the loop does."""
        body = {
            "connection_id": str(self.connection_id),
            "business_id": BUSINESS_ID,
            "invoice_id": invoice_id,
            "revision": revision,
            "fields": [{"path": path, "before": before, "after": after} for path, before, after in moves],
            "caused_by": {"side": "xero", "at": None, "version": None},
            "invoice": {"id": invoice_id},
        }
        change = NewChange(self.links[invoice_id], revision, {}, body)
        async with self.database.writing() as session:
            await changes.insert_changes(session, self.connection_id, [change])

    async def claim(self, most: int = MOST_CLAIMED) -> list[Claim]:
        """Claim what is due, as a worker that then dies."""
        return list((await self.claim_at_once(most)).claims)

    async def claim_at_once(self, most: int = MOST_CLAIMED) -> Claimed:
        """The same, with how many of them may be sent at a time."""
        now = self.clock.now()
        async with self.database.writing() as session:
            return await claim_due(
                session, self.connection_id, now=now, until=now + CLAIM, at_once=AT_ONCE, most=most
            )

    async def show_change(self, invoice_id: str, revision: int) -> ChangeRow:
        """A change as it stands."""
        wanted = select(ChangeRow).filter_by(link_id=self.links[invoice_id], revision=revision)
        async with self.database.reading() as session:
            return (await session.execute(wanted)).scalar_one()

    async def show_link(self, invoice_id: str) -> InvoiceLinkRow:
        """A link as it stands."""
        async with self.database.reading() as session:
            row = await session.get(InvoiceLinkRow, self.links[invoice_id])
        assert row is not None
        return row

    async def show_generation(self) -> int:
        """The connection's generation."""
        async with self.database.reading() as session:
            connection = await connections.find_connection(session, self.connection_id)
        assert connection is not None
        return connection.generation

    async def set_state(self, state: ConnectionState) -> None:
        """Move the connection to a state."""
        async with self.database.writing() as session:
            await connections.save_state(session, self.connection_id, state, None, self.clock.now())


async def open_world(
    database: Database, vault: Vault, waker: ArqWaker, http: httpx.AsyncClient, webhook_url: str | None
) -> World:
    """A partner whose app listens at `webhook_url`, with one active connection."""
    secret = make_webhook_secret()
    async with database.writing() as session:
        partner_id = await partners.insert_partner(session, "Tradie Tools")
        connection = await connections.insert_connection(session, partner_id, BUSINESS_ID, "Plumbers")
        world = World(database, vault, waker, http, connection.id, secret, partner_id)
        if webhook_url is not None:
            await world.add_endpoint(session, NewEndpoint(webhook_url), secret)
        await connections.save_state(session, connection.id, ConnectionState.ACTIVE, None, world.clock.now())
    return world
