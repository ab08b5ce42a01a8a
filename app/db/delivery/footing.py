"""What says whether changes that were claimed may go out: the connection, and the endpoint that applies."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, exists, select

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
    asking = {"of_connection": connection_id, "endpoint": endpoint.id, "url": endpoint.url}
    found = (await session.execute(_FINDING, asking)).one_or_none()
    return Footing(*found) if found else None


_AT, _TO = bare(ConnectionRow).c, bare(WebhookEndpointRow).c
_IS_WAY_OPEN = exists().where(
    _TO.id == bindparam("endpoint", type_=Uuid),
    _TO.url == bindparam("url", type_=Text),
    _TO.part == Part.APPLIES.value,
    _TO.is_enabled,
    _TO.deleted_at.is_(None),
    covers(_AT.id),
)
_FINDING = select(_AT.state, _AT.settings_version, _IS_WAY_OPEN).where(
    _AT.id == asked("of_connection", _AT.id)
)
