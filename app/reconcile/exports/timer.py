"""The timer of exports: runs that nothing else would wake, and runs whose connection is gone.

A run keeps its connection behind, so a worker that dies is replaced by the sweep of what is behind. Where a run waits
while nothing is behind (its links wait for something else, or a trigger was swallowed), it is looked at again here, as
is one of a connection that works at set times. It only triggers and wakes, in any number of workers.
"""

from dataclasses import replace
from uuid import UUID

from app.clock import Clock
from app.db.connections.arrivals import lock_connection
from app.db.exports.export_runs import get_export_anew, list_orphaned, list_stalled, save_export
from app.db.postgres.session import Database
from app.domain.exports.export import UNDER_WAY, ExportState
from app.reconcile.exports.orders import wake_for
from app.reconcile.ports import Waker

AT_ONCE = 500

REMOVED_CODE = "connection_removed"
REMOVED = "The connection was removed while the export was under way; what went until then stays where it is."


class ExportTimer:
    """Looked through every minute, by one worker at a time."""

    def __init__(self, database: Database, waker: Waker, clock: Clock) -> None:
        self._database = database
        self._waker = waker
        self._clock = clock

    async def nudge_due(self) -> int:
        """Wake workers for runs that stand still, and end those that cannot go on; answers how many were woken."""
        async with self._database.reading() as session:
            stalled = await list_stalled(session, AT_ONCE)
            orphaned = await list_orphaned(session, AT_ONCE)
        for export_id, connection_id in stalled:
            await self._wake(export_id, connection_id)
        for export_id, connection_id in orphaned:
            await self._end(export_id, connection_id)
        await self._waker.reconcile_soon(list({connection_id for _, connection_id in stalled}))
        return len(stalled)

    async def _wake(self, export_id: UUID, connection_id: UUID) -> None:
        async with self._database.writing() as session:
            await lock_connection(session, connection_id)
            await wake_for(session, await get_export_anew(session, export_id))

    async def _end(self, export_id: UUID, connection_id: UUID) -> None:
        async with self._database.writing() as session:
            await lock_connection(session, connection_id)
            export = await get_export_anew(session, export_id)
            if export.state in UNDER_WAY:
                failed = replace(
                    export,
                    state=ExportState.FAILED,
                    ended_at=self._clock.now(),
                    reason_code=REMOVED_CODE,
                    reason=REMOVED,
                    is_portion_open=False,
                )
                await save_export(session, failed)
