"""What somebody orders of exports: made, started, paused, resumed, cancelled.

A row is written and the connection's generation raised, no more: the loop finds the rest. The caller holds the
connection's row, commits, and wakes a worker. Every order may be given twice.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.db.connections.connections import raise_generation
from app.db.connections.runs import ask_for_run
from app.db.exports.export_runs import NewExport, find_export, find_under_way, insert_export, save_export
from app.db.postgres.session import WriteSession
from app.domain.exports.export import UNDER_WAY, Export, ExportState, Order, find_move


class ExportUnderWay(Exception):
    """Another export of the connection is running or paused."""

    def __init__(self, export: Export) -> None:
        super().__init__(f"export {export.id} is {export.state}")
        self.export = export


class OrderRefused(Exception):
    """The export's state does not allow the order."""

    def __init__(self, order: Order, export: Export) -> None:
        super().__init__(f"an export that is {export.state} cannot be told to {order}")
        self.export = export


async def open_export(session: WriteSession, connection_id: UUID, wanted: NewExport, at: datetime) -> Export:
    """Make an export, which begins by itself; raises `ExportUnderWay`."""
    await _refuse_second(session, connection_id)
    export = await insert_export(session, connection_id, wanted, at)
    await wake_for(session, export)
    return export


async def order_export(session: WriteSession, export: Export, order: Order, at: datetime) -> Export:
    """Carry an order out; answers the export as it is now. Raises `OrderRefused`, and `ExportUnderWay` for a start."""
    state = find_move(order, export.state, is_dry=export.dry_run)
    if state is None:
        raise OrderRefused(order, export)
    if state is export.state:
        return export
    if order is Order.START:
        await _refuse_second(session, export.connection_id)
        export = replace(export, dry_run=False, started_at=at)
    ended_at = at if state is ExportState.CANCELLED else export.ended_at
    await save_export(session, replace(export, state=state, ended_at=ended_at))
    found = await find_export(session, export.id)
    assert found is not None  # or there were nothing to order about
    if state in UNDER_WAY or export.is_portion_open:
        await wake_for(session, found)
    return found


async def wake_for(session: WriteSession, export: Export) -> None:
    """Have the loop work on a run. Of a connection that works at set times it is a run like others, which takes along
    whatever waits; what only looks (`Export.only_looks`) waits for none and takes nothing along.
    """
    await raise_generation(session, export.connection_id)
    if not export.only_looks:
        await ask_for_run(session, export.connection_id)


async def _refuse_second(session: WriteSession, connection_id: UUID) -> None:
    other = await find_under_way(session, connection_id)
    if other is not None:
        raise ExportUnderWay(other)
