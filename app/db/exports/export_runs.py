"""Export runs: made, found, ordered about, worked on. What a run looked at is in `export_things`.

Whoever writes a run holds its connection's row: the API by locking it, the loop by its lease.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.db.links.listing import Position, Sort, in_order
from app.db.postgres.session import Database, ReadSession, WriteSession
from app.db.tables import ConnectionRow, ExportRow
from app.domain.connections.connection import ConnectionState
from app.domain.exports.export import (
    UNDER_WAY,
    Chosen,
    Days,
    Export,
    ExportState,
    Stage,
    progress_from_json,
    progress_to_json,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewExport:
    """What somebody asked for; `issued` are the days of which invoices are looked at."""

    chosen: Chosen
    issued: Days
    all_contacts: bool
    dry_run: bool
    note: str | None


async def insert_export(
    session: WriteSession, connection_id: UUID, wanted: NewExport, at: datetime
) -> Export:
    """Make a run that begins at once."""
    row = ExportRow(
        connection_id=connection_id,
        state=ExportState.RUNNING.value,
        stages=list(wanted.chosen.stages),
        implied=list(wanted.chosen.implied),
        issued_from=wanted.issued.first,
        issued_to=wanted.issued.last,
        all_contacts=wanted.all_contacts,
        dry_run=wanted.dry_run,
        note=wanted.note,
        created_at=at,
        started_at=None if wanted.dry_run else at,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return export_from_row(row)


async def find_export(
    session: ReadSession, export_id: UUID, connection_id: UUID | None = None
) -> Export | None:
    """One run; with a connection, None also when it is another one's."""
    wanted = select(ExportRow).where(ExportRow.id == export_id)
    if connection_id is not None:
        wanted = wanted.where(ExportRow.connection_id == connection_id)
    row = (await session.execute(wanted)).scalar_one_or_none()
    return export_from_row(row) if row else None


async def find_export_number(session: ReadSession, export_id: UUID) -> int | None:
    """The number of a run, which tells whether there is anything new to show."""
    wanted = select(ExportRow.number).where(ExportRow.id == export_id)
    return (await session.execute(wanted)).scalar_one_or_none()


async def find_under_way(session: ReadSession, connection_id: UUID) -> Export | None:
    """The connection's run that is running or paused."""
    wanted = select(ExportRow).where(ExportRow.connection_id == connection_id, ExportRow.state.in_(UNDER_WAY))
    row = (await session.execute(wanted)).scalar_one_or_none()
    return export_from_row(row) if row else None


async def list_exports(
    session: ReadSession, connection_id: UUID, after: Position | None, limit: int
) -> list[Export]:
    """One page of a connection's runs, newest first."""
    row = ExportRow
    runs = select(row).where(row.connection_id == connection_id)
    found = await session.execute(in_order(runs, row, Sort.CREATED_LAST, after, limit))
    return [export_from_row(each) for each in found.scalars()]


async def list_workable(session: ReadSession, connection_id: UUID) -> list[Export]:
    """The runs on which there is something to do, the oldest first: a run, and one ended before its portion was."""
    wanted = select(ExportRow).where(ExportRow.connection_id == connection_id, is_workable())
    found = await session.execute(wanted.order_by(ExportRow.created_at, ExportRow.id))
    return [export_from_row(each) for each in found.scalars()]


async def has_workable(session: ReadSession, connection_id: UUID) -> bool:
    """Whether a connection has a run on which there is something to do."""
    found = exists().where(ExportRow.connection_id == connection_id, is_workable())
    return bool((await session.execute(select(found))).scalar_one())


def is_workable() -> ColumnElement[bool]:
    """There is something to do on it."""
    # Written out, as the index has it: of a parameter PostgreSQL could not tell that the index fits.
    running: ColumnElement[str] = literal_column(f"'{ExportState.RUNNING.value}'")
    return or_(ExportRow.state == running, ExportRow.is_portion_open)


async def get_export_anew(session: WriteSession, export_id: UUID) -> Export:
    """The run as it stands now, in a transaction that holds its connection's row."""
    wanted = select(ExportRow).where(ExportRow.id == export_id).execution_options(populate_existing=True)
    return export_from_row((await session.execute(wanted)).scalar_one())


async def save_export(session: WriteSession, export: Export) -> None:
    """Keep a run, under the next number. The caller read it in this transaction, or is the only one who writes it."""
    await session.execute(
        update(ExportRow)
        .where(ExportRow.id == export.id)
        .values(
            state=export.state.value,
            dry_run=export.dry_run,
            number=ExportRow.number + 1,
            progress=progress_to_json(export.progress),
            cursor=dict(export.cursor) if export.cursor is not None else None,
            found=dict(export.found),
            is_portion_open=export.is_portion_open,
            stumbles=export.stumbles,
            reason_code=export.reason_code,
            reason=export.reason,
            listed_at=export.listed_at,
            started_at=export.started_at,
            ended_at=export.ended_at,
        )
    )


async def charge(database: Database, connection_id: UUID, calls: int, since: datetime) -> None:
    """Count the calls of a round that began then as those of the run that it worked on, and that it may have ended.

    Never raises: nobody's work waits for a figure.
    """
    if not calls:
        return
    row = ExportRow
    was_worked_on = or_(is_workable(), row.listed_at >= since, row.ended_at >= since)
    charged = update(row).where(row.connection_id == connection_id, was_worked_on)
    try:
        async with database.writing_one() as session:
            await session.execute(charged.values(calls_spent=ExportRow.calls_spent + calls))
    except (SQLAlchemyError, OSError) as error:
        log.warning("calls_not_charged", calls=calls, error=type(error).__name__)


async def list_stalled(session: ReadSession, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Runs to work on, and their active connections, where nothing would wake a worker: nothing is behind, or the
    connection waits for a set time.
    """
    row = ConnectionRow
    is_waiting = and_(row.next_run_at.is_not(None), row.run_due.is_(False))
    stalled = (
        select(ExportRow.id, ExportRow.connection_id)
        .join(row, row.id == ExportRow.connection_id)
        .where(
            is_workable(),
            row.state == ConnectionState.ACTIVE,
            or_(row.generation <= row.settled_generation, is_waiting),
        )
    )
    return [(each[0], each[1]) for each in await session.execute(stalled.limit(limit))]


async def list_orphaned(session: ReadSession, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Runs under way, and their connections, where the connection has been removed."""
    orphaned = (
        select(ExportRow.id, ExportRow.connection_id)
        .join(ConnectionRow, ConnectionRow.id == ExportRow.connection_id)
        .where(ExportRow.state.in_(UNDER_WAY), ConnectionRow.state == ConnectionState.REMOVED)
    )
    return [(each[0], each[1]) for each in await session.execute(orphaned.limit(limit))]


def export_from_row(row: ExportRow) -> Export:
    """The domain value of a row."""
    return Export(
        id=row.id,
        connection_id=row.connection_id,
        state=ExportState(row.state),
        stages=tuple(Stage(stage) for stage in row.stages),
        implied=tuple(Stage(stage) for stage in row.implied),
        issued=Days(row.issued_from, row.issued_to),
        all_contacts=row.all_contacts,
        dry_run=row.dry_run,
        note=row.note,
        number=row.number,
        created_at=row.created_at,
        progress=progress_from_json(row.progress),
        cursor=row.cursor,
        found=row.found,
        is_portion_open=row.is_portion_open,
        calls_spent=row.calls_spent,
        stumbles=row.stumbles,
        reason_code=row.reason_code,
        reason=row.reason,
        listed_at=row.listed_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
