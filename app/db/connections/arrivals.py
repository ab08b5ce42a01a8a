"""What is asked while a document, a webhook or a call is being taken in.

A transaction that touches a connection and its links locks the connection's row first, as the loop does when it
records: taken in the other order, the two would wait for each other.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from app.db.connections.connections import FINDING, fetch_connections
from app.db.connections.facts_at_hand import list_columns
from app.db.postgres.built import among_asked
from app.db.postgres.given import bare
from app.db.postgres.session import WriteSession
from app.db.tables import ConnectionRow
from app.domain.connections.connection import Connection


async def lock_connection(
    session: WriteSession, connection_id: UUID, *, partner_id: UUID | None = None
) -> Connection | None:
    """The connection as it stands, held still until this transaction ends; None when there is none.

    With `partner_id`, None also when it is another partner's.
    """
    asking = {"of_connection": connection_id, "of_partner": partner_id}
    found = await fetch_connections(session, _LOCKING_ONE, asking, [connection_id])
    return found[0] if found else None


_LOCKING_ONE = FINDING.with_for_update(key_share=True)


async def lock_connections(
    session: WriteSession, connection_ids: Collection[UUID], *, waits: bool
) -> dict[UUID, Connection]:
    """The same for several, in the order of their ids; those that are held by somebody are left out unless it waits.

    So one business that is being worked on does not keep the others waiting.
    """
    if not connection_ids:
        return {}
    statement = _LOCKING_WAITING if waits else _LOCKING_FREE
    asking = {"locked_ids": list(connection_ids)}
    found = await fetch_connections(session, statement, asking, connection_ids)
    return {each.id: each for each in found}


_CONNECTION = bare(ConnectionRow).c
_LOCKING = select(*list_columns()).where(among_asked(_CONNECTION.id, "locked_ids")).order_by(_CONNECTION.id)
_LOCKING_WAITING = _LOCKING.with_for_update(key_share=True)
_LOCKING_FREE = _LOCKING.with_for_update(key_share=True, skip_locked=True)
