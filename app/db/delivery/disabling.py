"""An endpoint that is disabled because it does not work, and the notices that tell its partner."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.db.delivery.fan_out import NOTICE
from app.db.partners.endpoints import covers, save_disabled, takes
from app.db.postgres.session import WriteSession
from app.db.tables import ConnectionRow, DeliveryRow, NoticeRow, WebhookEndpointRow
from app.domain.connections.connection import ConnectionState
from app.domain.partner.endpoint import ENDPOINT_DISABLED
from app.domain.record.fields import instant_text

ROWS_AT_ONCE = 1000


async def disable_endpoint(
    session: WriteSession, endpoint_id: UUID, url: str, reason: str, at: datetime
) -> bool:
    """Disable an endpoint and tell its partner; False, and nothing told, when it was disabled already, or has another
    address than this by now.

    Every connection that it was for gets a notice in its feed, and each other endpoint of theirs hears of it once.
    Connections are locked in the order of their ids, before the endpoint.
    """
    endpoint = await session.get(WebhookEndpointRow, endpoint_id, populate_existing=True)
    if endpoint is None or not endpoint.is_enabled or endpoint.url != url:
        return False
    connections = (
        await session.execute(
            select(ConnectionRow.id, ConnectionRow.business_id, ConnectionRow.display_name)
            .where(
                ConnectionRow.partner_id == endpoint.partner_id,
                ConnectionRow.state != ConnectionState.REMOVED,
            )
            .where(
                ConnectionRow.id.in_(endpoint.connection_ids)
                if endpoint.connection_ids is not None
                else ConnectionRow.id.is_not(None)
            )
            .order_by(ConnectionRow.id)
            .with_for_update(key_share=True)
        )
    ).all()
    if not await save_disabled(session, endpoint_id, reason, at, url=url):
        return False
    told = _build_told(endpoint, reason, at)
    rows = [
        {
            "connection_id": connection.id,
            "type": ENDPOINT_DISABLED,
            "body": {
                "connection_id": str(connection.id),
                "business_id": connection.business_id,
                "display_name": connection.display_name,
                **told,
            },
            "due_at": at,
            # Its own way there is closed, and the other endpoints are told below.
            "state": "kept",
        }
        for connection in connections
    ]
    await _tell_others(session, endpoint, await _insert_notices(session, rows))
    return True


def _build_told(endpoint: WebhookEndpointRow, reason: str, at: datetime) -> dict[str, Any]:
    step = "Mend what listens there, then enable the endpoint; what waits for it goes then."
    return {
        "at": instant_text(at),
        "endpoint_id": str(endpoint.id),
        "url": endpoint.url,
        "part": endpoint.part,
        "reason": reason,
        "next_step": {
            "code": "enable_endpoint",
            "message": step,
            "call": f"POST /v1/webhook-endpoints/{endpoint.id}/enable",
        },
    }


async def _insert_notices(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, int]:
    """The cursor of each connection's notice."""
    cursors: dict[UUID, int] = {}
    for start in range(0, len(rows), ROWS_AT_ONCE):
        new = insert(NoticeRow).values(rows[start : start + ROWS_AT_ONCE])
        for row in await session.execute(new.returning(NoticeRow.connection_id, NoticeRow.id)):
            cursors[row.connection_id] = row.id
    return cursors


async def _tell_others(session: WriteSession, endpoint: WebhookEndpointRow, cursors: dict[UUID, int]) -> None:
    """One copy for each other endpoint, of the first connection's notice that is for it."""
    other = WebhookEndpointRow
    wanted = (
        select(other.id, ConnectionRow.id.label("connection_id"))
        .ext(distinct_on(other.id))
        .join(ConnectionRow, ConnectionRow.partner_id == other.partner_id)
        .where(
            other.partner_id == endpoint.partner_id,
            other.id != endpoint.id,
            other.is_enabled,
            other.deleted_at.is_(None),
            takes(ENDPOINT_DISABLED),
            covers(ConnectionRow.id),
            ConnectionRow.id.in_(cursors),
        )
        .order_by(other.id, ConnectionRow.id)
    )
    copies = [
        {
            "endpoint_id": row.id,
            "connection_id": row.connection_id,
            "message_id": f"{NOTICE}{cursors[row.connection_id]}",
            "type": ENDPOINT_DISABLED,
            "cursor": cursors[row.connection_id],
            "is_copy": True,
        }
        for row in (await session.execute(wanted)).all()
    ]
    if copies:
        await session.execute(insert(DeliveryRow).values(copies))
