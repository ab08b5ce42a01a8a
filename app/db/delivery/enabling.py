"""An endpoint that works from now on: what waited for it is due at once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update

from app.db.partners.endpoints import save_enabled
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ChangeRow, ConnectionRow, DeliveryRow, NoticeRow
from app.domain.connections.connection import ConnectionState
from app.domain.partner.endpoint import Endpoint, Part


async def enable_endpoint(session: WriteSession, endpoint: Endpoint, at: datetime) -> Sequence[UUID]:
    """Enable an endpoint and make due what waits for it; answers the connections to wake delivery for.

    Changes come before the endpoint, as delivery locks them when it records.
    """
    connection_ids = await _list_covered(session, endpoint)
    await hasten(session, endpoint, connection_ids, at)
    await save_enabled(session, endpoint.id)
    return connection_ids


async def hasten(
    session: WriteSession, endpoint: Endpoint, connection_ids: Sequence[UUID], at: datetime
) -> None:
    """Make due now what failed before; rows that are under way at this moment are left alone."""
    if endpoint.part is Part.APPLIES:
        for row in (ChangeRow, NoticeRow):
            await _hasten(session, row, row.connection_id.in_(connection_ids), at)
    await _hasten(session, DeliveryRow, and_(DeliveryRow.endpoint_id == endpoint.id, DeliveryRow.is_copy), at)


async def _hasten(
    session: WriteSession,
    row: type[ChangeRow] | type[NoticeRow] | type[DeliveryRow],
    is_meant: ColumnElement[bool],
    at: datetime,
) -> None:
    waiting = (
        select(row.id)
        .where(is_meant, row.state == "pending", row.due_at > at)
        .order_by(row.id)
        .with_for_update(skip_locked=True)
    )
    await session.execute(update(row).where(row.id.in_(waiting)).values(due_at=at))


async def _list_covered(session: ReadSession, endpoint: Endpoint) -> Sequence[UUID]:
    wanted = select(ConnectionRow.id).where(
        ConnectionRow.partner_id == endpoint.partner_id, ConnectionRow.state != ConnectionState.REMOVED
    )
    if endpoint.connection_ids is not None:
        wanted = wanted.where(ConnectionRow.id.in_(endpoint.connection_ids))
    return (await session.execute(wanted.order_by(ConnectionRow.id))).scalars().all()
