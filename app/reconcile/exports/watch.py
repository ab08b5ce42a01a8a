"""A run as it goes on, for whoever looks on: over the API, or at a command line.

The database is asked once in a while for the run's number, and for the run where that has grown; whoever stops looking
leaves nothing behind. What was seen last may be said (`after`), so that a watch that was cut off goes on. Nothing is
sent to the watcher from the worker: any number of processes may work, and any number look on.
"""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from app.db.exports.export_runs import find_export, find_export_number
from app.db.postgres.session import Database
from app.domain.exports.export import AT_REST, Export

PACE_SECONDS = 0.5
"""Between two looks: what a person takes for at once, at two short queries a second."""


async def watch_export(
    database: Database,
    export_id: UUID,
    *,
    after: int = 0,
    looks: int | None,
) -> AsyncIterator[Export]:
    """The run each time that there is something new to show, until it is at rest; at most for so many looks.

    The last state is given even where it was seen before, so that a watch never ends without one. `Export.done` of
    `Export.total` in `Export.stage` is what a bar of progress shows. Nothing comes of a run that is not there.
    """
    seen, taken = after, 0
    while looks is None or taken < looks:
        taken += 1
        async with database.reading() as session:
            number = await find_export_number(session, export_id)
            if number is None:
                return
            # The first look tells whether it is at rest already.
            export = await find_export(session, export_id) if number > seen or taken == 1 else None
        if export is not None and (export.number > seen or export.state in AT_REST):
            seen = export.number
            yield export
        if export is not None and export.state in AT_REST and not export.is_portion_open:
            return
        await asyncio.sleep(PACE_SECONDS)
