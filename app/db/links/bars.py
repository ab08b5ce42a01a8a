"""A connection's bar: since when Xero refuses who asks, and when one of what is held for that is tried again.

What is held by it says so itself, by its code; whoever writes here has the connection's row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal_column, select, update

from app.db.connections.connections import raise_generation
from app.db.links.rows import ROWS, LinkRow
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow
from app.domain.connections.connection import ConnectionState
from app.domain.holds.bars import BARS, next_probe

_NONE: dict[str, Any] = {"barred_since": None, "probe_at": None}


async def note_bar(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """Something is held by a bar; one that stood already goes on as it was."""
    row = ConnectionRow
    begun = update(row).where(row.id == connection_id, row.barred_since.is_(None))
    await session.execute(begun.values(barred_since=at, probe_at=next_probe(at, at)))


async def lift_bar(session: WriteSession, connection_id: UUID) -> None:
    """The bar is over: look again at everything that is held by it."""
    await session.execute(update(ConnectionRow).where(ConnectionRow.id == connection_id).values(_NONE))
    for row in ROWS.values():
        freed = update(row).where(_is_barred(row, connection_id))
        await session.execute(freed.values(generation=row.generation + 1))
    await raise_generation(session, connection_id)


async def list_probes_due(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Active connections with a bar that is to be tried again."""
    row = ConnectionRow
    due = select(row.id).where(row.probe_at <= now, row.state == ConnectionState.ACTIVE)
    return (await session.execute(due.order_by(row.probe_at).limit(limit))).scalars().all()


async def probe(session: WriteSession, connection_id: UUID, now: datetime) -> None:
    """Look again at one thing of each kind that is held by the bar, in turns: what stays refused must not be all that
    is ever tried. Where nothing is held any more, the bar is over.
    """
    row = ConnectionRow
    locked = select(row.barred_since).where(row.id == connection_id, row.probe_at <= now).with_for_update()
    barred_since = (await session.execute(locked)).scalar_one_or_none()
    if barred_since is None:
        return
    found = [await _trigger_one(session, row, connection_id) for row in ROWS.values()]
    then = {"probe_at": next_probe(barred_since, now)} if any(found) else _NONE
    await session.execute(update(row).where(row.id == connection_id).values(then))
    await raise_generation(session, connection_id)


async def _trigger_one(session: WriteSession, row: LinkRow, connection_id: UUID) -> bool:
    # Each look is a write, so the one that was written longest ago is the one whose turn it is.
    longest_ago = (
        select(row.id).where(_is_barred(row, connection_id)).order_by(row.updated_at, row.id).limit(1)
    )
    tried = update(row).where(row.id == longest_ago.scalar_subquery()).values(generation=row.generation + 1)
    return (await session.execute(tried.returning(row.id))).scalar_one_or_none() is not None


def _is_barred(row: LinkRow, connection_id: UUID) -> ColumnElement[bool]:
    # Written out, as the indexes have it.
    is_held = row.state == literal_column("'held'")
    of_bar = row.reason_code.in_(sorted(BARS))
    return and_(row.connection_id == connection_id, is_held, of_bar, row.skipped_at.is_(None))
