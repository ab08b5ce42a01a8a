"""Attempts: what the loop did in Xero, left for people to read. Rows are only ever added. Conflicts and discrepancies
have modules of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Insert, Select, Text, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import Types, bare, give, rows_given
from app.db.postgres.lent import LentConnection
from app.db.postgres.numbered import Numbered, in_numbers
from app.db.postgres.session import ReadSession, WriteSession
from app.db.postgres.straight import run, run_alone
from app.db.tables import AttemptRow, ContactLinkRow, InvoiceLinkRow, ItemLinkRow
from app.metrics import ATTEMPTS


@dataclass(frozen=True, slots=True)
class Attempt:
    """One action on Xero for one link.

    `action` is create, update, pay, unpay, credit, uncredit, or link: joined to what was in Xero before. `outcome` is
    done, refused or adopted.
    """

    link_id: UUID
    action: str
    moves: Mapping[str, Any]
    outcome: str
    message: str | None = None
    read_updated_at: datetime | None = None
    wrote_updated_at: datetime | None = None


async def insert_attempts(session: WriteSession, connection_id: UUID, attempts: Sequence[Attempt]) -> None:
    """Keep what was tried."""
    if attempts:
        await session.execute(INSERTING_ATTEMPTS, give_attempts(connection_id, attempts))
        count_attempts(attempts)


def give_attempts(connection_id: UUID, attempts: Sequence[Attempt]) -> dict[str, Any]:
    """The parameters of `INSERTING_ATTEMPTS`."""
    rows = [{name: getattr(attempt, name) for name in _NEW} for attempt in attempts]
    return {"into_connection": connection_id, **give(_NEW, rows, _PREFIX)}


def count_attempts(attempts: Sequence[Attempt]) -> None:
    """Tell the metrics of what was kept."""
    for attempt in attempts:
        ATTEMPTS.labels(attempt.action, attempt.outcome).inc()


_PREFIX = "tried_"
"""These rows are given beside others (`recorded`)."""


_NEW: Types = {
    "link_id": Uuid,
    "action": Text,
    "moves": JSONB,
    "outcome": Text,
    "message": Text,
    "read_updated_at": DateTime(timezone=True),
    "wrote_updated_at": DateTime(timezone=True),
}


def build_inserting_attempts(*conditions: ColumnElement[bool]) -> Insert:
    """The statement that keeps attempts, where these conditions hold.

    Each with the id under which that came in which is carried out of its link, of whichever kind that is.
    """
    given = rows_given(_NEW, "attempts_given", _PREFIX)
    kinds = (InvoiceLinkRow, ContactLinkRow, ItemLinkRow)
    brought_by = [
        select(row.correlation_id).where(row.id == given.c.link_id).scalar_subquery() for row in kinds
    ]
    names = ["connection_id", "correlation_id", *_NEW]
    columns = [given.c[name] for name in _NEW]
    rows = select(bindparam("into_connection", type_=Uuid), func.coalesce(*brought_by), *columns).where(
        *conditions
    )
    return insert(bare(AttemptRow)).from_select(names, rows)


INSERTING_ATTEMPTS = build_inserting_attempts()


@dataclass(frozen=True, slots=True)
class Written:
    """A write of ours by Xero's clock: the read before it, its answer, and what it moved."""

    link_id: UUID
    read_at: datetime
    wrote_at: datetime
    moves: Mapping[str, Any]


async def list_writes_over(session: ReadSession, link_ids: Sequence[UUID], since: datetime) -> list[Written]:
    """The writes of these links that Xero answered after `since` and that followed a read, oldest first."""
    found = await run(session, _WRITES_OVER, {"links": list(link_ids), "since": since})
    return [Written(*columns) for columns in found]


_ATTEMPT = bare(AttemptRow).c
_OF_LINKS = among_asked(_ATTEMPT.link_id, "links")
_WRITES_OVER = (
    select(_ATTEMPT.link_id, _ATTEMPT.read_updated_at, _ATTEMPT.wrote_updated_at, _ATTEMPT.moves)
    .where(
        _OF_LINKS,
        _ATTEMPT.wrote_updated_at > asked("since", _ATTEMPT.wrote_updated_at),
        _ATTEMPT.read_updated_at.is_not(None),
    )
    .order_by(_ATTEMPT.id)
)


async def recent_moves(
    driver: LentConnection, link_ids: Sequence[UUID], since: datetime
) -> dict[UUID, list[Mapping[str, Any]]]:
    """What each update of these links moved since then, but for those that Xero refused: they moved nothing."""
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    asking = {"links": list(link_ids), "since": since}
    for link_id, moves in await run_alone(driver, _RECENT_UPDATES, asking):
        found.setdefault(link_id, []).append(moves)
    return found


_RECENT_UPDATES = select(_ATTEMPT.link_id, _ATTEMPT.moves).where(
    _OF_LINKS,
    _ATTEMPT.action == "update",
    _ATTEMPT.outcome != "refused",
    _ATTEMPT.at > asked("since", _ATTEMPT.at),
)


async def list_updates_since_linked(session: ReadSession, link_id: UUID) -> list[Mapping[str, Any]]:
    """What each update of a link moved since it was joined to what was in Xero before, but for those that Xero refused;
    none if it never was.
    """
    row = AttemptRow
    linked = select(func.max(row.id)).where(row.link_id == link_id, row.action == "link").scalar_subquery()
    updates = select(row.moves).where(
        row.link_id == link_id, row.id > linked, row.action == "update", row.outcome != "refused"
    )
    return list((await session.execute(updates.order_by(row.id))).scalars())


@dataclass(frozen=True, slots=True)
class KeptAttempt:
    """One action on Xero as it is read back."""

    id: int
    action: str
    moves: Mapping[str, Any]
    outcome: str
    message: str | None
    at: datetime
    correlation_id: str | None


async def list_attempts(session: ReadSession, link_id: UUID, wanted: Numbered) -> list[KeptAttempt]:
    """One page of what was tried on Xero for one link."""
    found = await session.execute(build_attempts_page(link_id, wanted))
    return [KeptAttempt(*attempt) for attempt in found]


def build_attempts_page(link_id: UUID, wanted: Numbered) -> Select[Any]:
    """The query of one page."""
    row = AttemptRow
    page = select(row.id, row.action, row.moves, row.outcome, row.message, row.at, row.correlation_id)
    return in_numbers(page.where(row.link_id == link_id), row.id, wanted)
