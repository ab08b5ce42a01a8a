"""Documents of invoices that come one by one: those that come at about the same time are stored in one transaction, and
answered from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request

from app.api.books.invoice_resource import Invoice, build_invoices_of_all
from app.db.connections.arrivals import lock_connections
from app.db.invoices.resources import list_invoices_named
from app.db.postgres.session import Database, WriteSession
from app.domain.connections.connection import Connection
from app.intake.document import Document
from app.intake.documents import take_in_arrivals
from app.intake.inbox import HELD, Held, Inbox
from app.intake.refusals import InputRefused
from app.intake.taking import Arrival, TakenIn, find_stale


@dataclass(frozen=True, slots=True)
class Put:
    """A document that a partner sends of an invoice of a connection's."""

    partner_id: UUID
    connection_id: UUID
    document: Document
    at: datetime
    correlation_id: str | None


@dataclass(frozen=True, slots=True)
class PutDone:
    """What became of it, and the invoice as it stands then."""

    taken: TakenIn
    invoice: Invoice


InvoiceInbox = Inbox[Put, PutDone | InputRefused]
"""That of one process; `wiring` lays it on the application's state as `invoice_inbox`."""


def get_inbox(request: Request) -> InvoiceInbox:
    """That of the application which is asked."""
    inbox: InvoiceInbox = request.app.state.invoice_inbox
    return inbox


async def save_puts(
    database: Database, puts: Sequence[Put], *, waits: bool
) -> list[PutDone | InputRefused | Held]:
    """Store each, or refuse it by itself, in order."""
    async with database.writing() as session:
        locked = await lock_connections(session, {put.connection_id for put in puts}, waits=waits)
        own = [put for put in puts if _is_own(put, locked)]
        done = iter(await put_all(session, [(locked[put.connection_id], put) for put in own]))
        return [next(done) if _is_own(put, locked) else _tell_unlocked(waits=waits) for put in puts]


def _is_own(put: Put, locked: Mapping[UUID, Connection]) -> bool:
    connection = locked.get(put.connection_id)
    return connection is not None and connection.partner_id == put.partner_id


def _tell_unlocked(*, waits: bool) -> InputRefused | Held:
    return InputRefused("not_found", "You have no connection with that id.") if waits else HELD


async def put_all(
    session: WriteSession, puts: Sequence[tuple[Connection, Put]]
) -> list[PutDone | InputRefused]:
    """Store documents of connections that are locked; what is refused left nothing behind."""
    arrivals = [Arrival(connection, put.document, put.at, put.correlation_id) for connection, put in puts]
    taken = await take_in_arrivals(session, arrivals)
    found = [_refuse_stale(one, put.document.version) for one, (_, put) in zip(taken, puts, strict=True)]
    stored = [each.id for each, one in zip(arrivals, found, strict=True) if isinstance(one, TakenIn)]
    kept = await list_invoices_named(session, stored)
    connections = {each.connection.id: each.connection for each in arrivals}
    shown = await build_invoices_of_all(session, [(connections[name[0]], kept[name]) for name in kept])
    invoices = {(invoice.connection_id, invoice.id): invoice for invoice in shown}
    return [
        PutDone(one, invoices[each.id]) if isinstance(one, TakenIn) else one
        for each, one in zip(arrivals, found, strict=True)
    ]


def _refuse_stale(taken: TakenIn | InputRefused, version: int) -> TakenIn | InputRefused:
    return taken if isinstance(taken, InputRefused) else find_stale(taken.stored, version) or taken
