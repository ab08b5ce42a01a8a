"""What is asked while a document, a webhook or a call is being taken in.

A transaction that touches a connection and its links locks the connection's row first, as the loop does when it
records: taken in the other order, the two would wait for each other.
"""

from collections.abc import Collection
from uuid import UUID

from app.db.connections.connections import FINDING, connection_from_row
from app.db.postgres.built import among_asked, fetch_whole, whole
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
    rows = await fetch_whole(session, _LOCKING_ONE, asking)
    return connection_from_row(rows[0]) if rows else None


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
    rows = await fetch_whole(session, statement, {"locked_ids": list(connection_ids)})
    return {row.id: connection_from_row(row) for row in rows}


_CONNECTION = bare(ConnectionRow).c
_LOCKING = whole(ConnectionRow).where(among_asked(_CONNECTION.id, "locked_ids")).order_by(_CONNECTION.id)
_LOCKING_WAITING = _LOCKING.with_for_update(key_share=True)
_LOCKING_FREE = _LOCKING.with_for_update(key_share=True, skip_locked=True)
