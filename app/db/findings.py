"""Attempts: what the loop did in Xero, left for people to read. Rows are only ever added. Conflicts and discrepancies
have modules of their own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.dialects.postgresql import insert

from app.db.given import bare
from app.db.session import ReadSession, WriteSession
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
        ids = await _list_correlation_ids(session, {attempt.link_id for attempt in attempts})
        rows = [
            {"connection_id": connection_id, "link_id": a.link_id, "correlation_id": ids.get(a.link_id),
             "action": a.action, "moves": dict(a.moves),
             "outcome": a.outcome, "message": a.message,
             "read_updated_at": a.read_updated_at, "wrote_updated_at": a.wrote_updated_at}
            for a in attempts
        ]  # fmt: skip
        await session.execute(insert(bare(AttemptRow)), rows)
        for attempt in attempts:
            ATTEMPTS.labels(attempt.action, attempt.outcome).inc()


async def _list_correlation_ids(session: ReadSession, link_ids: Collection[UUID]) -> dict[UUID, str | None]:
    """The ids under which that came in which is carried out of these links, of whichever kind they are."""
    kinds = (InvoiceLinkRow, ContactLinkRow, ItemLinkRow)
    every = union_all(
        *(
            select(row.id, row.correlation_id).where(row.id.in_(link_ids), row.correlation_id.is_not(None))
            for row in kinds
        )
    )
    found = (await session.execute(every)).all()
    return {link_id: correlation_id for link_id, correlation_id in found if correlation_id is not None}


@dataclass(frozen=True, slots=True)
class Written:
    """A write of ours by Xero's clock: the read before it, its answer, and what it moved."""

    link_id: UUID
    read_at: datetime
    wrote_at: datetime
    moves: Mapping[str, Any]


async def list_writes_over(session: ReadSession, link_ids: Sequence[UUID], since: datetime) -> list[Written]:
    """The writes of these links that Xero answered after `since` and that followed a read, oldest first."""
    row = AttemptRow
    found = await session.execute(
        select(row.link_id, row.read_updated_at, row.wrote_updated_at, row.moves)
        .where(row.link_id.in_(link_ids), row.wrote_updated_at > since, row.read_updated_at.is_not(None))
        .order_by(row.id)
    )
    return [Written(*columns) for columns in found]


async def recent_moves(
    session: ReadSession, link_ids: Sequence[UUID], since: datetime
) -> dict[UUID, list[Mapping[str, Any]]]:
    """What each update of these links moved since then."""
    row = AttemptRow
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for link_id, moves in await session.execute(
        select(row.link_id, row.moves).where(
            row.link_id.in_(link_ids), row.action == "update", row.at > since
        )
    ):
        found.setdefault(link_id, []).append(moves)
    return found
