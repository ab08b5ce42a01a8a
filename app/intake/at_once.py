"""Documents of invoices that are stored at once, by a single statement: nearly all of those that come one by one.

A document is judged before anything is read, by its connection as this process knows it. It goes the whole way, by a
transaction that reads first, where the rules find a fault in it (an older fault of the same invoice excuses some, and
the caller is to hear of the others), where it says its customer's version, where its connection is not known here, and
where the statement left it out.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.connections.known import KnownConnections
from app.db.inboxes.at_once import Event, Judged, Stored, save_at_once
from app.db.links.documents import Name, StoredDocument
from app.db.postgres.session import Database
from app.db.tables import InvoiceLinkRow
from app.domain.connections.connection import Connection
from app.intake.document import Document
from app.intake.documents import has_no_fault
from app.intake.taking import Arrival, TakenIn, count_stored, whom_to_wake


@dataclass(frozen=True, slots=True)
class SentDocument:
    """A document that a partner sends for a connection; `event` is the webhook that brings it, None for a call, whose
    answer may be to show its invoice (`is_shown`).
    """

    partner_id: UUID
    connection_id: UUID
    document: Document
    at: datetime
    correlation_id: str | None
    event: Event | None = None
    is_shown: bool = False

    @property
    def name(self) -> Name:
        """That of its invoice."""
        return self.connection_id, self.document.id

    @property
    def names(self) -> tuple[Hashable, ...]:
        """What no other of the same statement may have."""
        return (self.name, (self.partner_id, self.event.webhook_id)) if self.event else (self.name,)


@dataclass(frozen=True, slots=True)
class TakenAtOnce:
    """What became of a document, and what it found: its connection, and its link where that is to be shown."""

    taken: TakenIn
    connection: Connection
    link: InvoiceLinkRow | None


async def take_in_at_once(
    database: Database, known: KnownConnections, sent: Sequence[SentDocument | None]
) -> list[TakenAtOnce | None]:
    """What became of each that could be stored at once, in order; None for every other, of which nothing was stored."""
    judged = _choose(known, sent)
    if not judged:
        return [None] * len(sent)
    is_shown = any(each is not None and each.is_shown for each in sent)
    async with database.writing_bare() as connection:
        stored = await save_at_once(connection, list(judged.values()), is_shown=is_shown)
    told = {position: _tell(one, stored) for position, one in judged.items()}
    found = [told.get(position) for position in range(len(sent))]
    count_stored("invoice", [each.taken.stored for each in found if each])
    return found


def _choose(known: KnownConnections, sent: Sequence[SentDocument | None]) -> dict[int, Judged]:
    """Those that can be tried, by their positions: of what is named twice the first."""
    chosen: dict[int, Judged] = {}
    named: set[Hashable] = set()
    for position, each in enumerate(sent):
        if each is not None and named.isdisjoint(each.names) and (judged := _judge(known, each)):
            chosen[position] = judged
            named.update(each.names)
    return chosen


def _tell(judged: Judged, stored: Mapping[Name, Stored]) -> TakenAtOnce | None:
    filed, one = judged.filed, stored.get(judged.filed.name)
    if one is None:
        return None
    held = StoredDocument(one.outcome, filed.document["version"], 0, one.link_id)
    return TakenAtOnce(TakenIn(held, whom_to_wake(one.connection, filed.at)), one.connection, one.link)


def _judge(connections: KnownConnections, sent: SentDocument) -> Judged | None:
    """With its connection as it is known; None for one that goes the whole way."""
    known, contact = connections.find(sent.connection_id), sent.document.contact
    if known is None or known.connection.partner_id != sent.partner_id:
        return None
    if contact.version is not None or contact.based_on is not None:
        return None
    arrival = Arrival(known.connection, sent.document, sent.at, sent.correlation_id)
    return Judged(known, arrival.file(), sent.event) if has_no_fault(arrival) else None
