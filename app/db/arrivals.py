"""What is asked while a document, a webhook or a call is being taken in.

A transaction that touches a connection and its links locks the connection's row first, as the loop does when it
records: taken in the other order, the two would wait for each other.
"""

from uuid import UUID

from sqlalchemy import select

from app.db.connections import connection_from_row
from app.db.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, PartnerEventRow
from app.domain.connection import Connection


async def lock_connection(
    session: WriteSession, connection_id: UUID, *, partner_id: UUID | None = None
) -> Connection | None:
    """The connection as it stands, held still until this transaction ends; None when there is none.

    With `partner_id`, None also when it is another partner's.
    """
    wanted = select(ConnectionRow).where(ConnectionRow.id == connection_id)
    if partner_id is not None:
        wanted = wanted.where(ConnectionRow.partner_id == partner_id)
    locked = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    row = (await session.execute(locked)).scalar_one_or_none()
    return connection_from_row(row) if row else None


async def has_partner_event(session: ReadSession, partner_id: UUID, webhook_id: str) -> bool:
    """Whether a webhook with that id was stored before."""
    stored = select(PartnerEventRow.id).where(
        PartnerEventRow.partner_id == partner_id, PartnerEventRow.webhook_id == webhook_id
    )
    return (await session.execute(stored)).scalar_one_or_none() is not None
