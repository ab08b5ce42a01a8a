"""Copies of what is told, one for every endpoint that listens, written in the very statement that writes the original.

So none is missed, none is of something that was not committed, and it costs no statement of its own.
"""

from collections.abc import Sequence

from sqlalchemy import CTE, ColumnElement, Insert, String, cast, insert, literal, select, true, update

from app.db.partners.endpoints import covers, takes
from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import bare
from app.db.postgres.session import WriteSession
from app.db.tables import ConnectionRow, DeliveryRow, WebhookEndpointRow
from app.domain.partner.endpoint import Part

CHANGE = "chg_"
NOTICE = "ntc_"
"""What a webhook's id begins with; the number of the change or the notice follows."""


def copy_new(new: CTE, prefix: str, message_type: ColumnElement[str]) -> Insert:
    """The statement that writes rows (`new`: id, connection_id) and a copy of each for every endpoint that listens."""
    connection, endpoint = ConnectionRow, WebhookEndpointRow
    copies = (
        select(
            endpoint.id,
            new.c.connection_id,
            literal(prefix) + cast(new.c.id, String),
            message_type,
            new.c.id,
            true(),
        )
        .select_from(new)
        .join(connection, connection.id == new.c.connection_id)
        .join(endpoint, endpoint.partner_id == connection.partner_id)
        .where(
            endpoint.deleted_at.is_(None),
            endpoint.is_enabled,
            endpoint.part == Part.LISTENS.value,
            covers(connection.id),
            takes(message_type),
        )
    )
    into = ["endpoint_id", "connection_id", "message_id", "type", "cursor", "is_copy"]
    return insert(bare(DeliveryRow)).from_select(into, copies).add_cte(new)


async def save_in_order(session: WriteSession, change_ids: Sequence[int], state: str) -> None:
    """The record of deliveries to the applying endpoint follows changes that ended without another call."""
    if change_ids:
        ids = [f"{CHANGE}{number}" for number in change_ids]
        await session.execute(_FOLLOWING, {"ids": ids, "ended_as": state})


_DELIVERY = bare(DeliveryRow).c
_FOLLOWING = (
    update(bare(DeliveryRow))
    .where(among_asked(_DELIVERY.message_id, "ids"), ~_DELIVERY.is_copy, _DELIVERY.state == "pending")
    .values(state=asked("ended_as", _DELIVERY.state))
)
