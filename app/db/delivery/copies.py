"""Claims on copies of messages to endpoints: which worker sends which copy now (`db.delivery.fan_out` writes them).

Copies go in no order that is promised, and none waits for another. A claim is a stamp that runs out, as on changes;
what came of it is saved by `db.delivery.delivery_log`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, update

from app.db.delivery.claims import name_claims
from app.db.delivery.delivery_views import select_told
from app.db.delivery.due import DELIVERED_STATES
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, DeliveryRow, WebhookEndpointRow
from app.domain.partner.endpoint import CHANGE_TYPES


@dataclass(frozen=True, slots=True)
class CopyClaim:
    """A copy that is ours to send until a moment after which another worker may take it."""

    delivery_id: int
    endpoint_id: UUID
    connection_id: UUID
    message_id: str
    type: str
    cursor: int
    attempts: int
    created_at: datetime
    told_at: datetime
    body: dict[str, Any]
    until: datetime


async def claim_copies(
    session: WriteSession,
    connection_id: UUID,
    endpoint_id: UUID,
    *,
    now: datetime,
    until: datetime,
    most_in_flight: int,
    at_url: str | None = None,
) -> list[CopyClaim]:
    """Claim what is due of a connection for an endpoint, oldest first, up to so many in flight over all workers; none
    where it was deleted or disabled meanwhile, or has another address than `at_url`.
    """
    # Two workers that count at the same moment would each fill the whole allowance; and somebody may be about to say
    # that nothing is claimed any more.
    ours = func.hashtextextended(f"copy:{endpoint_id}:{connection_id}", 0)
    all_claims = func.hashtextextended(name_claims(connection_id), 0)
    await session.execute(
        select(func.pg_advisory_xact_lock_shared(all_claims), func.pg_advisory_xact_lock(ours))
    )
    row = DeliveryRow
    waiting = and_(
        row.connection_id == connection_id,
        row.endpoint_id == endpoint_id,
        row.is_copy,
        row.state == "pending",
    )
    in_flight = select(func.count()).where(waiting, row.claimed_until >= now)
    free = most_in_flight - (await session.execute(in_flight)).scalar_one()
    if free <= 0:
        return []
    due = (
        select(row.id)
        .where(waiting, _is_due(now), _may_go(), _is_called(endpoint_id, at_url))
        .order_by(row.id)
        .limit(free)
        .with_for_update(skip_locked=True)
    )
    claimed = update(row).where(row.id.in_(due)).values(claimed_until=until).returning(row.id)
    ids = (await session.execute(claimed)).scalars().all()
    with_bodies = select_told().where(row.id.in_(ids)).order_by(row.id)
    return [_claim(found, until) for found in await session.execute(with_bodies)]


def _claim(found: Any, until: datetime) -> CopyClaim:
    row = found.DeliveryRow
    return CopyClaim(
        delivery_id=row.id,
        endpoint_id=row.endpoint_id,
        connection_id=row.connection_id,
        message_id=row.message_id,
        type=row.type,
        cursor=row.cursor,
        attempts=row.attempts,
        created_at=row.created_at,
        told_at=found.told_at,
        body=found.told,
        until=until,
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    """A copy that was never sent is due whatever the clocks of database and worker say to each other."""
    row = DeliveryRow
    return and_(
        or_(row.attempts == 0, row.due_at <= now), or_(row.claimed_until.is_(None), row.claimed_until < now)
    )


def _may_go() -> ColumnElement[bool]:
    """Changes of a connection that does nothing wait, as they do for the endpoint that applies; notices go."""
    return or_(
        DeliveryRow.type.not_in(CHANGE_TYPES),
        exists().where(
            ConnectionRow.id == DeliveryRow.connection_id, ConnectionRow.state.in_(DELIVERED_STATES)
        ),
    )


def _is_called(endpoint_id: UUID, url: str | None) -> ColumnElement[bool]:
    endpoint = WebhookEndpointRow
    is_there = literal(True) if url is None else endpoint.url == url
    return exists().where(
        endpoint.id == endpoint_id, endpoint.is_enabled, endpoint.deleted_at.is_(None), is_there
    )


async def list_endpoints_with_copies(
    session: ReadSession, connection_id: UUID, now: datetime
) -> Sequence[UUID]:
    """The endpoints, enabled or not, for which copies of a connection are due."""
    row = DeliveryRow
    due = (
        select(row.endpoint_id)
        .where(
            row.connection_id == connection_id, row.is_copy, row.state == "pending", _is_due(now), _may_go()
        )
        .distinct()
    )
    return (await session.execute(due)).scalars().all()


async def list_connections_with_copies(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Connections with copies that are due for an endpoint that is enabled."""
    row, endpoint = DeliveryRow, WebhookEndpointRow
    due = (
        select(row.connection_id)
        .join(endpoint, endpoint.id == row.endpoint_id)
        .where(row.is_copy, row.state == "pending", endpoint.is_enabled, _is_due(now), _may_go())
        .distinct()
        .limit(limit)
    )
    return [found for found in (await session.execute(due)).scalars() if found is not None]


async def give_up_copies(session: WriteSession, before: datetime, limit: int) -> int:
    """Give up copies that were written before then and that nobody took; answers how many, at most `limit`."""
    row = DeliveryRow
    old = (
        select(row.id)
        .where(row.is_copy, row.state == "pending", row.created_at < before)
        .order_by(row.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    given_up = (
        update(row).where(row.id.in_(old)).values(state="given_up", claimed_until=None).returning(row.id)
    )
    return len((await session.execute(given_up)).scalars().all())
