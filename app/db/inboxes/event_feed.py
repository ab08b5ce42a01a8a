"""Both inboxes of a connection as one list, newest first, and what a person asks for when they send one through again.

An event is named by its side and its number. The payload is what came, kept as it was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
    update,
)

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import PartnerEventRow, XeroEventRow
from app.domain.record.sides import Side

EventPosition = tuple[datetime, Side, int]
"""Where a page ended."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event of either side.

    `state` is `waiting` (no reconcile looked at it), `taken`, `stale` or `ignored`; `outcome` is what the partner's
    document came to. `resource_id` is Xero's id, or the partner's. `dated_at` is Xero's own time of it.
    """

    side: Side
    number: int
    category: str
    type: str
    state: str
    outcome: str | None
    resource_id: str | None
    received_at: datetime
    dated_at: datetime | None
    taken_at: datetime | None
    replayed_at: datetime | None
    replay_outcome: str | None

    @property
    def position(self) -> EventPosition:
        return self.received_at, self.side, self.number


@dataclass(frozen=True, slots=True)
class EventsWanted:
    """Which events are meant; None does not narrow."""

    side: Side | None = None
    category: str | None = None
    state: str | None = None
    before: EventPosition | None = None
    limit: int = 100


def _of_xero(connection_id: UUID) -> Any:
    row = XeroEventRow
    return select(
        literal(Side.XERO.value).label("side"),
        row.id.label("number"),
        func.lower(row.category).label("category"),
        row.event_type.label("type"),
        case((row.taken_at.is_(None), "waiting"), else_="taken").label("state"),
        cast(null(), Text).label("outcome"),
        row.resource_id.label("resource_id"),
        row.received_at.label("received_at"),
        row.dated_at.label("dated_at"),
        row.taken_at.label("taken_at"),
        row.replayed_at.label("replayed_at"),
        cast(null(), Text).label("replay_outcome"),
    ).where(row.connection_id == connection_id)


def _of_partner(connection_id: UUID) -> Any:
    row = PartnerEventRow
    return select(
        literal(Side.PARTNER.value).label("side"),
        row.id.label("number"),
        func.split_part(row.event_type, ".", 1).label("category"),
        row.event_type.label("type"),
        _partner_state(row.outcome).label("state"),
        row.outcome.label("outcome"),
        row.payload["data"]["document"]["id"].astext.label("resource_id"),
        row.received_at.label("received_at"),
        cast(null(), DateTime(timezone=True)).label("dated_at"),
        row.received_at.label("taken_at"),
        row.replayed_at.label("replayed_at"),
        row.replay_outcome.label("replay_outcome"),
    ).where(row.connection_id == connection_id)


def _partner_state(outcome: Any) -> ColumnElement[str]:
    return case((outcome == "stale", "stale"), (outcome == "ignored", "ignored"), else_="taken")


async def list_events(session: ReadSession, connection_id: UUID, wanted: EventsWanted) -> list[StoredEvent]:
    """One page of a connection's events, newest first."""
    sides = {Side.XERO: _of_xero, Side.PARTNER: _of_partner}
    meant = [build(connection_id) for side, build in sides.items() if wanted.side in (None, side)]
    pages = [select(_narrow(one, wanted).subquery()) for one in meant]
    every = (union_all(*pages) if len(pages) > 1 else pages[0]).subquery()
    newest = select(every).order_by(every.c.received_at.desc(), every.c.side.desc(), every.c.number.desc())
    return [_event(found) for found in await session.execute(newest.limit(wanted.limit))]


def _narrow(one: Any, wanted: EventsWanted) -> Any:
    columns = one.selected_columns
    if wanted.category is not None:
        one = one.where(columns.category == wanted.category)
    if wanted.state is not None:
        one = one.where(columns.state == wanted.state)
    if wanted.before is not None:
        received_at, side, number = wanted.before
        place = tuple_(columns.received_at, columns.side, columns.number)
        one = one.where(place < tuple_(literal(received_at), literal(side.value), literal(number)))
    return one.order_by(columns.received_at.desc(), columns.number.desc()).limit(wanted.limit)


async def find_event(
    session: ReadSession, connection_id: UUID, side: Side, number: int
) -> tuple[StoredEvent, Mapping[str, Any]] | None:
    """One event with its payload, or None."""
    row = XeroEventRow if side is Side.XERO else PartnerEventRow
    one = (_of_xero if side is Side.XERO else _of_partner)(connection_id)
    found = (await session.execute(one.add_columns(row.payload).where(row.id == number))).one_or_none()
    return (_event(found[:-1]), found[-1]) if found else None


async def replay_xero_event(session: WriteSession, number: int, at: datetime) -> None:
    """Have the next reconcile look at what the event points to, whatever it holds of it."""
    waits = update(XeroEventRow).where(XeroEventRow.id == number)
    await session.execute(waits.values(taken_at=None, replayed_at=at))


async def save_replay_of_partner(session: WriteSession, number: int, outcome: str, at: datetime) -> None:
    """Note what a partner's event came to when it was taken in again."""
    noted = update(PartnerEventRow).where(PartnerEventRow.id == number)
    await session.execute(noted.values(replayed_at=at, replay_outcome=outcome))


async def count_waiting_events(session: ReadSession, connection_id: UUID) -> int:
    """How many of Xero's events no reconcile has looked at."""
    row = XeroEventRow
    counted = select(func.count()).where(and_(row.connection_id == connection_id, row.taken_at.is_(None)))
    return (await session.execute(counted)).scalar_one()


def _event(found: Any) -> StoredEvent:
    return StoredEvent(Side(found[0]), *found[1:])
