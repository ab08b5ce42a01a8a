"""A connection's full compare: when it is due, how far it has come, and what it has not looked at yet.

The list of invoices that are left to look at is the whole of its memory: a compare that was cut off anywhere goes on
with what is still in the list, and at worst reads once more what was read right before the cut.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Update, and_, delete, func, insert, literal_column, or_, select, union_all, update

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, InvoiceLinkRow, UncomparedRow
from app.domain.connections.compare_run import CompareRun

_OVER = ("VOIDED", "DELETED")
"""Terminal in Xero (FACTS 4.1): nothing can differ later."""


async def ask_for_compares(
    session: WriteSession, now: datetime, every: timedelta, limit: int
) -> Sequence[UUID]:
    """Ask for a compare on active connections that had none for that long, or to go on with one; answers which."""
    row = ConnectionRow
    # Written out, as the indexes have it. Each of the two cases has one of its own: together they have no order.
    waits = and_(row.state == literal_column("'active'"), row.compare_due.is_(False))
    put_off = row.compare_at <= now
    overdue = and_(row.compare_at.is_(None), func.coalesce(row.compared_at, row.created_at) <= now - every)
    found = union_all(*(select(row.id).where(waits, case_).limit(limit) for case_ in (put_off, overdue)))
    due = (
        select(row.id)
        .where(row.id.in_(select(found.subquery().c.id)), waits, or_(put_off, overdue))
        .order_by(row.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    asked = _asked().where(row.id.in_(due)).returning(row.id)
    return (await session.execute(asked)).scalars().all()


async def ask_for_compare(session: WriteSession, connection_id: UUID) -> None:
    """Ask for a compare of one connection; one that is under way goes on."""
    await session.execute(_asked().where(ConnectionRow.id == connection_id))


def _asked() -> Update:
    return update(ConnectionRow).values(
        compare_due=True, compare_at=None, generation=ConnectionRow.generation + 1
    )


async def begin_compare(session: WriteSession, connection_id: UUID, at: datetime) -> CompareRun:
    """List every invoice of the connection that can still differ, as not looked at."""
    link = InvoiceLinkRow
    linked = select(link.connection_id, link.xero_invoice_id).where(
        link.connection_id == connection_id,
        link.xero_invoice_id.is_not(None),
        func.coalesce(link.xero_status, "").not_in(_OVER),
    )
    await session.execute(delete(UncomparedRow).where(UncomparedRow.connection_id == connection_id))
    await session.execute(insert(UncomparedRow).from_select(["connection_id", "xero_invoice_id"], linked))
    listed = await count_uncompared(session, connection_id)
    run = CompareRun(began_at=at.isoformat(), listed=listed)
    await save_compare(session, connection_id, run)
    return run


async def count_uncompared(session: ReadSession, connection_id: UUID) -> int:
    """How many invoices are left to look at."""
    counted = select(func.count()).where(UncomparedRow.connection_id == connection_id)
    return (await session.execute(counted)).scalar_one()


async def list_uncompared(session: ReadSession, connection_id: UUID, limit: int) -> Sequence[str]:
    """Ids in Xero of some that are left."""
    left = (
        select(UncomparedRow.xero_invoice_id)
        .where(UncomparedRow.connection_id == connection_id)
        .order_by(UncomparedRow.xero_invoice_id)
        .limit(limit)
    )
    return (await session.execute(left)).scalars().all()


async def forget_compared(
    session: WriteSession, connection_id: UUID, xero_invoice_ids: Collection[str]
) -> None:
    """These have been looked at."""
    await session.execute(
        delete(UncomparedRow).where(
            UncomparedRow.connection_id == connection_id,
            UncomparedRow.xero_invoice_id.in_(list(xero_invoice_ids)),
        )
    )


async def save_compare(session: WriteSession, connection_id: UUID, run: CompareRun) -> None:
    """Keep how far it has come."""
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id).values(compare_run=run.to_json())
    )


async def finish_compare(session: WriteSession, connection_id: UUID, run: CompareRun, at: datetime) -> None:
    """Note that the compare is done; the next one is due a period after this."""
    done = {"compare_due": False, "compare_at": None, "compare_run": None}
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(**done, compared_at=at, compared=run.to_json())
    )


async def put_off_compare(session: WriteSession, connection_id: UUID, until: datetime) -> None:
    """Put the rest of the compare off, so that everything else may go on."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(compare_due=False, compare_at=until)
    )
