"""Who calls: an API key names a partner, and a partner sees its own connections and nothing else.

Another partner's connection is answered exactly as one that does not exist, so that nothing can be learnt by trying.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.dependencies import Given
from app.db.arrivals import lock_connection
from app.db.connections import find_connection
from app.db.partners import find_partner_id_by_key
from app.db.session import WriteSession
from app.domain.connection import Connection, ConnectionState
from app.intake.refusals import InputRefused
from app.keys import hash_key

_scheme = HTTPBearer(auto_error=False, description="An API key of a partner: `plk_...`")

ConnectionId = Annotated[UUID, Path(description="The connection's id.")]


async def authenticate(
    services: Given, sent: Annotated[HTTPAuthorizationCredentials | None, Security(_scheme)]
) -> UUID:
    """The partner whose key was sent; raises `unauthorised`."""
    if sent is not None:
        async with services.database.reading() as session:
            partner_id = await find_partner_id_by_key(session, hash_key(sent.credentials))
        if partner_id is not None:
            return partner_id
    raise InputRefused(
        "unauthorised", "Send `Authorization: Bearer <API key>` with a key that was not revoked."
    )


PartnerId = Annotated[UUID, Depends(authenticate)]


async def get_connection(services: Given, partner_id: PartnerId, connection_id: ConnectionId) -> Connection:
    """The partner's own connection; raises `not_found`."""
    async with services.database.reading() as session:
        return _known(await find_connection(session, connection_id, partner_id=partner_id))


OwnConnection = Annotated[Connection, Depends(get_connection)]


async def lock_own_connection(session: WriteSession, partner_id: UUID, connection_id: UUID) -> Connection:
    """The partner's own connection, held still until the transaction ends; `not_found` or `connection_removed`."""
    connection = await lock_any_connection(session, partner_id, connection_id)
    if connection.state is ConnectionState.REMOVED:
        raise InputRefused("connection_removed", "This connection has been removed for good.")
    return connection


async def lock_any_connection(session: WriteSession, partner_id: UUID, connection_id: UUID) -> Connection:
    """The partner's own connection held still, whatever its state is; `not_found` alone."""
    return _known(await lock_connection(session, connection_id, partner_id=partner_id))


def _known(connection: Connection | None) -> Connection:
    if connection is None:
        raise InputRefused("not_found", "You have no connection with that id.")
    return connection
