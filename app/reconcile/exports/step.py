"""One step of a connection's export, in a round of the loop: a part of its listing, or a portion carried out.

Only in a bulk's round, so that people's work, which is taken up by rounds of its own, goes first. What Xero refuses as
a whole ends the run and nothing else: the rest of the connection's work must not wait for it. A failure of ours is left
to the loop, which tries again; at the third in a row the run is ended, for the same reason.
"""

from dataclasses import replace
from uuid import UUID

import structlog

from app.db.exports.export_runs import get_export_anew, has_workable, list_workable, save_export
from app.db.postgres.session import Database
from app.db.postgres.unavailable import is_unavailable
from app.domain.connections.precedence import Portion
from app.domain.exports.export import UNDER_WAY, Export, ExportState
from app.errors import PlumblineError, RequestRefused, ScopeMissing
from app.reconcile.exports.listing import list_portion
from app.reconcile.exports.portions import carry_out
from app.reconcile.round import Round

STUMBLES_BORNE = 3

BROKEN_CODE = "internal_error"
BROKEN = (
    "Plumbline failed on this export; the reason is in its log. What was carried out stays, and is recorded."
)

log = structlog.get_logger(__name__)


async def export_step(current: Round) -> bool:
    """Do the next part of the connection's exports; True while more of it can be done at once."""
    if current.portion is not Portion.BULK:
        async with current.database.reading() as session:
            return await has_workable(session, current.connection_id)
    async with current.database.reading() as session:
        exports = await list_workable(session, current.connection_id)
    moved = False
    for export in exports:
        moved |= await _step(current, export)
    return moved


async def has_looks(database: Database, connection_id: UUID) -> bool:
    """Whether all that there is to do on exports is to look: that need not wait for a set time."""
    async with database.reading() as session:
        exports = await list_workable(session, connection_id)
    return bool(exports) and all(export.only_looks for export in exports)


async def _step(current: Round, export: Export) -> bool:
    try:
        return await _go_on(current, export)
    except (RequestRefused, ScopeMissing) as refused:
        log.error("export_refused", export_id=str(export.id), reason=str(refused))
        await _fail(current, export, refused.code, str(refused))
        return True
    except PlumblineError:
        raise
    except Exception as error:
        # A database that is gone or full is no fault of the export's: it is where it was, once that is over.
        if not is_unavailable(error):
            await _stumble(current, export)
        raise


async def _go_on(current: Round, export: Export) -> bool:
    if export.state is ExportState.RUNNING and export.listed_at is None:
        return await list_portion(current, export)
    if export.state is ExportState.RUNNING and export.dry_run:
        # It was paused while the last of it was listed.
        async with current.lease.recording() as session:
            await save_export(session, replace(export, state=ExportState.PLANNED))
        return True
    return await carry_out(current, export)


async def _stumble(current: Round, export: Export) -> None:
    async with current.lease.recording() as session:
        export = await get_export_anew(session, export.id)
        await save_export(session, replace(export, stumbles=export.stumbles + 1))
    if export.stumbles + 1 >= STUMBLES_BORNE:
        await _fail(current, export, BROKEN_CODE, BROKEN)


async def _fail(current: Round, export: Export, code: str, reason: str) -> None:
    async with current.lease.recording() as session:
        export = await get_export_anew(session, export.id)
        failed = replace(export, reason_code=code, reason=reason, is_portion_open=False)
        if export.state in UNDER_WAY:
            failed = replace(failed, state=ExportState.FAILED, ended_at=current.clock.now())
        await save_export(session, failed)
