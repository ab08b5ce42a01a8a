"""Connections that work at set times: when the next run is, and who may work meanwhile.

A run begins when its time comes, or when somebody asks for one, and ends with the release of the lease that leaves
nothing behind. Whatever comes between two runs is stored as ever and waits; only what the app answers to changes of the
last run is taken in at once, because until then their links are not in step.

The timer moves every time that has passed on to the next one, so no time is met twice and none is asked for in between:
a connection that waits is found by nobody until its time is in the index.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select, update

from app.db.postgres.session import WriteSession
from app.db.tables import ConnectionRow, ExportRow
from app.domain.connections.connection import ConnectionState
from app.domain.connections.schedule import Schedule
from app.domain.connections.settings import ConnectionSettings
from app.domain.exports.export import ExportState


def may_work() -> ColumnElement[bool]:
    """Connections that work in real time, or whose run is on, or for which an answer waits."""
    row = ConnectionRow
    return or_(row.next_run_at.is_(None), row.run_due, row.answers_due)


def has_looks() -> ColumnElement[bool]:
    """Connections with a dry run under way, which writes nothing and waits for no set time."""
    # Written out, as the index has it.
    running: ColumnElement[str] = literal_column(f"'{ExportState.RUNNING.value}'")
    export = ExportRow
    is_look = and_(export.connection_id == ConnectionRow.id, export.state == running, export.dry_run)
    return exists().where(is_look)


async def save_schedule(session: WriteSession, connection_id: UUID, schedule: Schedule, at: datetime) -> None:
    """Set the next run by a schedule. One whose time had come already still takes place."""
    row, next_run_at = ConnectionRow, schedule.next_after(at)
    moved = update(row).where(row.id == connection_id, row.next_run_at.is_distinct_from(next_run_at))
    is_on = or_(row.run_due, _is_due(at)) if next_run_at is not None else False
    await session.execute(moved.values(next_run_at=next_run_at, run_due=is_on))


async def begin_runs(session: WriteSession, now: datetime, limit: int) -> tuple[list[UUID], int]:
    """Begin the runs whose time has come, and set the next; answers the connections that have something to do, and how
    many times were moved: where that is `limit`, there may be more. Two workers that do so at a time share them.

    Of a connection that does not work at all only the time moves on: what waits for it waits for its next run.
    """
    row = ConnectionRow
    passed = (
        select(row.id, row.settings, row.organisation["country"].astext)
        .where(row.next_run_at <= now)
        .order_by(row.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    begun: list[UUID] = []
    has_work = and_(row.state == ConnectionState.ACTIVE, row.is_behind)
    rows = (await session.execute(passed)).all()
    for connection_id, stored, country in rows:
        schedule = ConnectionSettings.from_json(stored).schedule(country)
        moved = update(row).where(row.id == connection_id).returning(row.run_due)
        values = {"next_run_at": schedule.next_after(now), "run_due": or_(row.run_due, has_work)}
        if (await session.execute(moved.values(values))).scalar_one():
            begun.append(connection_id)
    return begun, len(rows)


async def ask_for_run(session: WriteSession, connection_id: UUID) -> None:
    """Begin a run now, where anything waits; in real time there is nothing to begin."""
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id, _waits()).values(run_due=True)
    )


async def drop_answers_due(session: WriteSession, connection_id: UUID, seen: int) -> None:
    """Whatever the app answered up to generation `seen` has been taken in; what came after it asks on."""
    row = ConnectionRow
    taken = update(row).where(row.id == connection_id, row.generation == seen)
    await session.execute(taken.values(answers_due=False))


def _waits() -> ColumnElement[bool]:
    row = ConnectionRow
    return and_(row.next_run_at.is_not(None), row.is_behind)


def _is_due(at: datetime) -> ColumnElement[bool]:
    return and_(_waits(), ConnectionRow.next_run_at <= at)
