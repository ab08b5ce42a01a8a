"""What says whether changes that were claimed may go out: the connection, and the endpoint that applies."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, bindparam, exists, select

from app.db.partners.endpoints import covers
from app.db.postgres.built import asked
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession
from app.db.tables import ConnectionRow, WebhookEndpointRow
from app.domain.partner.endpoint import Endpoint, Part


class Footing(NamedTuple):
    """`is_way_open`: the endpoint still applies the connection's changes, at the address at which it is called."""

    state: str
    settings_version: int
    is_way_open: bool = True


async def find_footing(session: ReadSession, connection_id: UUID, endpoint: Endpoint) -> Footing | None:
    """The connection and the endpoint as they are now; None where the connection is gone."""
    asking = {"of_connection": connection_id, **give_way(endpoint)}
    found = (await session.execute(_FINDING, asking)).one_or_none()
    return Footing(*found) if found else None


def give_way(endpoint: Endpoint) -> dict[str, Any]:
    """The parameters of a statement with `is_way_open`."""
    return {"endpoint": endpoint.id, "url": endpoint.url}


def is_way_open(connection_id: Any) -> ColumnElement[bool]:
    """Whether an endpoint still applies the changes of a connection, at the address at which it is called."""
    to = bare(WebhookEndpointRow).c
    return exists().where(
        to.id == bindparam("endpoint", type_=Uuid),
        to.url == bindparam("url", type_=Text),
        to.part == Part.APPLIES.value,
        to.is_enabled,
        to.deleted_at.is_(None),
        covers(connection_id),
    )


_AT = bare(ConnectionRow).c
_FINDING = select(_AT.state, _AT.settings_version, is_way_open(_AT.id)).where(
    _AT.id == asked("of_connection", _AT.id)
)
