"""Erasures in the database: asked for once, claimed by one worker at a time, carried out in small steps.

What is left to delete is all the memory that an erasure has, so one that was cut off anywhere goes on. It begins only
when nothing more is to be closed in Xero, and nobody works on the connection.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.connections.arrivals import lock_connection
from app.db.life.business_data import delete_some, make_nameless
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ChangeRow, ClosingRow, ConnectionRow, DeliveryRow, ErasureRow, NoticeRow
from app.db.upkeep import audit


@dataclass(frozen=True, slots=True)
class Erasure:
    """How far an erasure is; `is_told_to_xero` once nothing more is to be closed there."""

    connection_id: UUID
    asked_at: datetime
    is_told_to_xero: bool
    rows: int
    ended_at: datetime | None


async def ask_for_erasure(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """Have everything erased; asking again changes nothing. The caller holds the connection's row, and removed it."""
    row = ErasureRow
    asked = insert(row).values(connection_id=connection_id, asked_at=at).on_conflict_do_nothing()
    if (await session.execute(asked.returning(row.connection_id))).scalar_one_or_none() is not None:
        await audit.note_of_connection(session, "data_erasure_asked", connection_id)


async def find_erasure(session: ReadSession, connection_id: UUID) -> Erasure | None:
    """How far it is; None where nobody asked."""
    wanted = select(ErasureRow, ~_is_open_in_xero()).where(ErasureRow.connection_id == connection_id)
    found = (await session.execute(wanted)).one_or_none()
    if found is None:
        return None
    row, is_told = found
    return Erasure(row.connection_id, row.asked_at, is_told, row.rows, row.ended_at)


async def claim_erasure(session: WriteSession, now: datetime, until: datetime) -> UUID | None:
    """One that can be carried out now, held until then; None where there is none."""
    row = ErasureRow
    is_free = or_(row.claimed_until.is_(None), row.claimed_until <= now)
    leased = exists().where(ConnectionRow.id == row.connection_id, ConnectionRow.lease_until > now)
    # What is being sent is recorded when it is answered, and would be there after all else is gone.
    sending = [
        exists().where(sent.connection_id == row.connection_id, sent.claimed_until > now)
        for sent in (ChangeRow, NoticeRow, DeliveryRow)
    ]
    due = (
        select(row.connection_id)
        .where(row.ended_at.is_(None), is_free, ~or_(leased, *sending), ~_is_open_in_xero())
        .order_by(row.asked_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claimed = update(row).where(row.connection_id.in_(due)).values(claimed_until=until)
    return (await session.execute(claimed.returning(row.connection_id))).scalar_one_or_none()


async def erase_some(session: WriteSession, connection_id: UUID, limit: int, now: datetime) -> bool:
    """Delete so many rows at most; when nothing is left, end it in the same transaction. True until then."""
    await lock_connection(session, connection_id)
    count = await delete_some(session, connection_id, limit)
    values: dict[str, object] = {"rows": ErasureRow.rows + count}
    if count == 0:
        await make_nameless(session, connection_id)
        values |= {"ended_at": now, "claimed_until": None}
        await audit.note_of_connection(session, "data_erased", connection_id)
    await session.execute(update(ErasureRow).where(ErasureRow.connection_id == connection_id).values(values))
    return count > 0


def _is_open_in_xero() -> Exists:
    return exists().where(ClosingRow.connection_id == ErasureRow.connection_id, ClosingRow.state == "pending")
