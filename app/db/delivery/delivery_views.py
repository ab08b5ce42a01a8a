"""What was sent to an endpoint, as it is read back: pages of deliveries, newest first, and one with its attempts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from app.db.delivery.delivery_log import Call
from app.db.postgres.session import ReadSession
from app.db.tables import ChangeRow, DeliveryAttemptRow, DeliveryRow, NoticeRow
from app.domain.partner.endpoint import CHANGE_TYPES


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """A message to an endpoint. `told` and `told_at` are what its change or notice says; a test has a `body`."""

    id: int
    endpoint_id: UUID
    connection_id: UUID | None
    message_id: str
    type: str
    cursor: int | None
    is_copy: bool
    state: str
    attempts: int
    due_at: datetime
    created_at: datetime
    body: str | None = None
    told: Mapping[str, Any] | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WantedDeliveries:
    """Which deliveries a page is about; None does not narrow. `before` is the number that it begins below."""

    limit: int
    before: int | None = None
    state: str | None = None
    type: str | None = None


async def list_deliveries(
    session: ReadSession, endpoint_id: UUID, wanted: WantedDeliveries
) -> list[KeptDelivery]:
    """A page of an endpoint's deliveries, the newest first."""
    row = DeliveryRow
    page = select(row).where(row.endpoint_id == endpoint_id)
    if wanted.before is not None:
        page = page.where(row.id < wanted.before)
    if wanted.state is not None:
        page = page.where(row.state == wanted.state)
    if wanted.type is not None:
        page = page.where(row.type == wanted.type)
    found = await session.execute(page.order_by(row.id.desc()).limit(wanted.limit))
    return [_kept(each) for each in found.scalars()]


async def find_delivery(session: ReadSession, endpoint_id: UUID, delivery_id: int) -> KeptDelivery | None:
    """One of an endpoint's deliveries with what it tells, or None."""
    wanted = select_told().where(DeliveryRow.endpoint_id == endpoint_id, DeliveryRow.id == delivery_id)
    found = (await session.execute(wanted)).one_or_none()
    return _kept(found.DeliveryRow, found.told, found.told_at) if found else None


def select_told() -> Select[DeliveryRow, Any, datetime]:
    """Deliveries as they are now, each with what its change or notice tells, and since when that stands."""
    row, change, notice = DeliveryRow, ChangeRow, NoticeRow
    is_change = row.type.in_(CHANGE_TYPES)
    return (
        select(
            row,
            func.coalesce(change.body, notice.body).label("told"),
            func.coalesce(change.created_at, notice.created_at).label("told_at"),
        )
        .outerjoin(change, and_(is_change, change.id == row.cursor))
        .outerjoin(notice, and_(~is_change, notice.id == row.cursor))
        .execution_options(populate_existing=True)
    )


async def list_calls(session: ReadSession, delivery_id: int) -> list[Call]:
    """The attempts of a delivery that are kept, oldest first."""
    row = DeliveryAttemptRow
    found = await session.execute(
        select(row.at, row.duration_ms, row.status, row.answer, row.reason)
        .where(row.delivery_id == delivery_id)
        .order_by(row.id)
    )
    return [Call(*attempt) for attempt in found]


def _kept(
    row: DeliveryRow, told: Mapping[str, Any] | None = None, told_at: datetime | None = None
) -> KeptDelivery:
    return KeptDelivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        connection_id=row.connection_id,
        message_id=row.message_id,
        type=row.type,
        cursor=row.cursor,
        is_copy=row.is_copy,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        created_at=row.created_at,
        body=row.body,
        told=told,
        told_at=told_at,
    )
