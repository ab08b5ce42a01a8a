"""Documents of invoices that come one by one: those that come at about the same time are stored in one transaction, and
answered from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from app.api.books.invoice_resource import Invoice, build_invoices_of_all
from app.api.books.standing import find_connection_reason
from app.db.connections.arrivals import lock_connections
from app.db.connections.connections import find_connections
from app.db.connections.known import KnownConnections
from app.db.invoices.resources import keep_invoices, list_invoices_named
from app.db.links.documents import DocumentOutcome, Name
from app.db.postgres.session import Database, ReadSession, WriteSession
from app.domain.connections.connection import Connection
from app.intake.at_once import SentDocument, TakenAtOnce, take_in_at_once
from app.intake.documents import take_in_arrivals
from app.intake.fresh_rates import FreshRates
from app.intake.inbox import HELD, Held, Inbox
from app.intake.refusals import InputRefused
from app.intake.taking import Arrival, TakenIn, find_stale


@dataclass(frozen=True, slots=True)
class PutDone:
    """What became of it, and the invoice as it stands then, where the answer is to show it."""

    taken: TakenIn
    invoice: Invoice | None

    @property
    def status(self) -> int:
        """That of the answer: 201 for the first document of an invoice, else 200, or 204 where it shows none."""
        if self.taken.stored.outcome is DocumentOutcome.CREATED:
            return 201
        return 204 if self.invoice is None else 200


InvoiceInbox = Inbox[SentDocument, PutDone | InputRefused]
"""That of one process; `wiring` lays it on the application's state as `invoice_inbox`."""


def get_inbox(request: Request) -> InvoiceInbox:
    """That of the application which is asked."""
    inbox: InvoiceInbox = request.app.state.invoice_inbox
    return inbox


def find_whose(put: SentDocument) -> UUID:
    """The connection that a document is for."""
    return put.connection_id


async def may_differ(rates: FreshRates, put: SentDocument, got: PutDone | InputRefused) -> bool:
    """Whether what became of it may be something else by the tax rates of now."""
    return await rates.may_differ(put.connection_id, put.document, got)


async def save_puts_at_once(
    database: Database, known: KnownConnections, puts: Sequence[SentDocument]
) -> list[PutDone | InputRefused | None]:
    """Store those that can be by a single statement, in order; None for every other."""
    stored = await take_in_at_once(database, known, puts)
    shown = {put.name: one for put, one in zip(puts, stored, strict=True) if one and put.is_shown}
    invoices = await _show_stored(database, shown) if shown else {}
    return [
        PutDone(one.taken, invoices.get(put.name)) if one else None
        for put, one in zip(puts, stored, strict=True)
    ]


async def _show_stored(database: Database, stored: Mapping[Name, TakenAtOnce]) -> dict[Name, Invoice]:
    """The invoices as they stand, by the links that storing found.

    So are their connections, but for what holds one up: its reason is read anew.
    """
    held_up = {each.connection.id for each in stored.values() if find_connection_reason(each.connection)}
    async with database.reading() as session:
        read = await find_connections(session, held_up) if held_up else {}
        connections = {each.connection.id: each.connection for each in stored.values()} | read
        kept = await keep_invoices(session, [each.link for each in stored.values() if each.link is not None])
        whole = [
            (connections[each.connection.id], one) for each, one in zip(stored.values(), kept, strict=True)
        ]
        return dict(zip(stored, await build_invoices_of_all(session, whole), strict=True))


async def save_puts(
    database: Database, known: KnownConnections, puts: Sequence[SentDocument], *, waits: bool
) -> list[PutDone | InputRefused | Held]:
    """Store each, or refuse it by itself, in order."""
    async with database.writing() as session:
        locked = await lock_connections(session, {put.connection_id for put in puts}, waits=waits)
        known.remember(locked.values())
        own = [put for put in puts if _is_own(put, locked)]
        done = iter(await put_all(session, [(locked[put.connection_id], put) for put in own]))
        return [next(done) if _is_own(put, locked) else _tell_unlocked(waits=waits) for put in puts]


def _is_own(put: SentDocument, locked: Mapping[UUID, Connection]) -> bool:
    connection = locked.get(put.connection_id)
    return connection is not None and connection.partner_id == put.partner_id


def _tell_unlocked(*, waits: bool) -> InputRefused | Held:
    return InputRefused("not_found", "You have no connection with that id.") if waits else HELD


async def put_all(
    session: WriteSession, puts: Sequence[tuple[Connection, SentDocument]]
) -> list[PutDone | InputRefused]:
    """Store documents of connections that are locked; what is refused left nothing behind."""
    arrivals = [Arrival(connection, put.document, put.at, put.correlation_id) for connection, put in puts]
    taken = await take_in_arrivals(session, arrivals)
    found = [_refuse_stale(one, put.document.version) for one, (_, put) in zip(taken, puts, strict=True)]
    shown = {
        put.name: connection
        for (connection, put), one in zip(puts, found, strict=True)
        if put.is_shown and isinstance(one, TakenIn)
    }
    invoices = await _show(session, shown)
    return [
        PutDone(one, invoices.get(put.name)) if isinstance(one, TakenIn) else one
        for one, (_, put) in zip(found, puts, strict=True)
    ]


def _refuse_stale(taken: TakenIn | InputRefused, version: int) -> TakenIn | InputRefused:
    return taken if isinstance(taken, InputRefused) else find_stale(taken.stored, version) or taken


async def _show(session: ReadSession, connections: Mapping[Name, Connection]) -> dict[Name, Invoice]:
    """The invoices of these names as they stand, each by its connection."""
    kept = await list_invoices_named(session, connections)
    shown = await build_invoices_of_all(session, [(connections[name], kept[name]) for name in kept])
    return {(invoice.connection_id, invoice.id): invoice for invoice in shown}
