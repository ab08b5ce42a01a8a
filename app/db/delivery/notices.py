"""Notices to the partner about a connection: written in the transaction that made them true, sent by delivery.

To the endpoint that applies a connection's changes they go in the order in which they were written, one at a time,
until it has taken each: whatever became of the connection since, and also where a newer one has made an older one
history. Endpoints that listen get copies. The cursors of a connection are committed in order, because whoever writes
one holds the connection's row; so a reader of the feed misses none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from app.db.delivery.fan_out import NOTICE, copy_new
from app.db.delivery.footing import give_way, is_way_open
from app.db.partners.endpoints import covers, takes
from app.db.postgres.built import among_asked, asked, whole_columns
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, NoticeRow, WebhookEndpointRow
from app.domain.partner.endpoint import Endpoint, Part
from app.domain.record.fields import instant_text


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as it stands; `body` is what the partner is sent, without its cursor."""

    cursor: int
    connection_id: UUID
    type: str
    body: Mapping[str, Any]
    state: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeClaim:
    """A notice that is ours to send until a moment after which another worker may take it."""

    notice: Notice
    until: datetime


async def insert_notice(
    session: WriteSession, connection_id: UUID, kind: str, body: Mapping[str, Any], at: datetime
) -> None:
    """Tell the partner something of a connection, as `connection.disconnected`; then wake delivery."""
    await session.execute(
        select(ConnectionRow.id).where(ConnectionRow.id == connection_id).with_for_update(key_share=True)
    )
    told = {"connection_id": str(connection_id), "at": instant_text(at), **body}
    new = (
        insert(NoticeRow)
        .values(connection_id=connection_id, type=kind, body=told, due_at=at)
        .returning(NoticeRow.id, NoticeRow.connection_id, NoticeRow.type)
        .cte("new")
    )
    await session.execute(copy_new(new, NOTICE, new.c.type))


async def claim_next_notice(
    session: WriteSession,
    connection_id: UUID,
    endpoint: Endpoint,
    *,
    now: datetime,
    until: datetime,
) -> NoticeClaim | None:
    """Claim the oldest notice that waits, or None while it is on its way or not due: those after it wait for it.

    Of some types alone, where the endpoint takes no others: those stay in the feed. None also where the endpoint was
    deleted, disabled or made another since it was read.
    """
    types = endpoint.wanted_types
    asking: dict[str, Any] = {"of_connection": connection_id, "at": now, "until": until} | give_way(endpoint)
    if types is not None:
        asking["types"] = list(types)
    claiming = _CLAIMING if types is None else _CLAIMING_OF_TYPES
    row = (await session.execute(claiming, asking)).one_or_none()
    return NoticeClaim(_from_row(cast(NoticeRow, row)), until) if row else None


def _build_claiming(*wanted: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """The oldest is locked before it is looked at: who waited for another worker's claim sees it, and finds nothing."""
    row, at = _TABLE.c, bindparam("at", type_=DateTime(timezone=True))
    oldest = (
        select(row.id)
        .where(
            row.connection_id == asked("of_connection", row.connection_id), row.state == "pending", *wanted
        )
        .order_by(row.id)
        .limit(1)
        .with_for_update()
        .scalar_subquery()
    )
    return (
        update(_TABLE)
        .where(
            row.id == oldest,
            or_(row.attempts == 0, row.due_at <= at),
            or_(row.claimed_until.is_(None), row.claimed_until <= at),
            is_way_open(row.connection_id),
        )
        .values(claimed_until=asked("until", row.claimed_until))
        .returning(*whole_columns(NoticeRow))
    )


_TABLE = bare(NoticeRow)
_CLAIMING = _build_claiming()
_CLAIMING_OF_TYPES = _build_claiming(among_asked(_TABLE.c.type, "types"))


async def save_notice_answer(
    session: WriteSession, claim: NoticeClaim, *, is_taken: bool, answer: str, at: datetime, due_at: datetime
) -> bool:
    """Record what came of a claimed notice and give it back; False, and nothing saved, when the claim ran out."""
    row = NoticeRow
    saved = (
        update(row)
        .where(row.id == claim.notice.cursor, row.claimed_until == claim.until)
        .values(
            state="delivered" if is_taken else "pending",
            attempts=row.attempts + 1,
            last_answer=answer[:500],
            claimed_until=None,
            due_at=due_at,
            answered_at=at,
        )
        .returning(row.id)
    )
    return (await session.execute(saved)).scalar_one_or_none() is not None


async def list_connections_with_notices(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Connections in any state whose oldest notice is due, of those that the endpoint which applies takes."""
    older, endpoint = aliased(NoticeRow), WebhookEndpointRow
    is_oldest = ~exists().where(
        older.connection_id == NoticeRow.connection_id,
        older.state == "pending",
        takes(older.type),
        older.id < NoticeRow.id,
    ).correlate(NoticeRow, endpoint)
    due = (
        select(NoticeRow.connection_id)
        .join(ConnectionRow, ConnectionRow.id == NoticeRow.connection_id)
        .join(endpoint, endpoint.partner_id == ConnectionRow.partner_id)
        .where(
            endpoint.part == Part.APPLIES.value,
            endpoint.is_enabled,
            endpoint.deleted_at.is_(None),
            covers(ConnectionRow.id),
            takes(NoticeRow.type),
            _is_due(now),
            is_oldest,
        )
        .limit(limit)
    )
    return (await session.execute(due)).scalars().all()


def _is_due(now: datetime) -> ColumnElement[bool]:
    """A notice that was never sent is due whatever the clocks of database and worker say to each other."""
    row = NoticeRow
    return and_(
        row.state == "pending",
        or_(row.attempts == 0, row.due_at <= now),
        or_(row.claimed_until.is_(None), row.claimed_until <= now),
    )


async def list_notices(session: ReadSession, connection_id: UUID, after: int, limit: int) -> list[Notice]:
    """The feed of notices after a cursor, oldest first."""
    rows = await session.execute(
        select(NoticeRow)
        .where(NoticeRow.connection_id == connection_id, NoticeRow.id > after)
        .order_by(NoticeRow.id)
        .limit(limit)
    )
    return [_from_row(row) for row in rows.scalars()]


def _from_row(row: NoticeRow) -> Notice:
    return Notice(
        cursor=row.id,
        connection_id=row.connection_id,
        type=row.type,
        body=row.body,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
    )
