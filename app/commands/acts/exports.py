"""Exports as an operator orders and watches them: by the API's own acts, carried out by a worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import typer
from pydantic import ValidationError

from app.api.dependencies import Services
from app.api.exports import acts
from app.api.exports.report import list_shown, show_sum, show_thing, write_sheet
from app.api.exports.resource import ExportShown
from app.commands.acts.export_screen import MOST_HELD, build_list, build_parts, watched
from app.commands.shown import Exit, NotYet, Shown
from app.db.connections.connections import find_connection
from app.db.exports.export_runs import find_export, list_exports
from app.db.exports.export_things import list_things, sum_things
from app.domain.connections.connection import Connection
from app.domain.exports.export import AT_REST, Export, ExportOutcome, ExportState, Order
from app.intake.refusals import InputRefused, list_faults
from app.reconcile.exports.watch import PACE_SECONDS, watch_export

NEWEST = 100


@dataclass(frozen=True, slots=True)
class Looking:
    """For how many seconds somebody looks on, None until the end; without a bar where `is_silent`."""

    seconds: int | None
    is_silent: bool

    @property
    def looks(self) -> int | None:
        """As many times as a watch takes a look."""
        return None if self.seconds is None else max(1, int(self.seconds / PACE_SECONDS))


async def order(services: Services, connection_id: UUID, asked: Mapping[str, Any], looking: Looking) -> Shown:
    """Make an export and look on; raises as `acts.create` does, and `NotYet`."""
    connection = await _get_connection(services, connection_id)
    try:
        wanted = acts.ExportAsked.model_validate(asked)
    except ValidationError as invalid:
        raise InputRefused(
            "invalid_request",
            "It cannot be ordered like this.",
            list_faults(invalid.errors(), acts.ExportAsked),
        ) from None
    export = await acts.create(services, connection.partner_id, connection.id, wanted)
    await services.waker.reconcile_soon([connection.id])
    return await _look_on(services, connection, export, looking)


async def tell(services: Services, export_id: UUID, order: Order, looking: Looking) -> Shown:
    """Carry an order out and look on; raises as `acts.tell` does, and `NotYet`."""
    connection, export = await _find(services, export_id)
    export = await acts.tell(services, connection.partner_id, connection.id, export.id, order)
    await services.waker.reconcile_soon([connection.id])
    return await _look_on(services, connection, export, looking)


async def watch(services: Services, export_id: UUID, looking: Looking) -> Shown:
    """Look on, and show what came of it; raises `NotYet`."""
    return await _look_on(services, *await _find(services, export_id), looking)


async def list_all(services: Services, connection_id: UUID) -> Shown:
    """The newest exports of a connection."""
    connection = await _get_connection(services, connection_id)
    async with services.database.reading() as session:
        found = await list_exports(session, connection.id, None, NEWEST)
    shown = [await acts.show(services, export, connection) for export in found]
    return Shown(shown, [build_list(shown)])


async def write_report(services: Services, export_id: UUID, *, as_json: bool) -> Shown:
    """Print the report as it is read; there is nothing left to show."""
    connection, export = await _find(services, export_id)
    if as_json:
        async for thing in list_shown(services, connection, export):
            typer.echo(thing.model_dump_json())
    else:
        async for rows in write_sheet(services, connection, export):
            typer.echo(rows, nl=False)
    return Shown(None, [])


async def _look_on(services: Services, connection: Connection, export: Export, looking: Looking) -> Shown:
    shown = await acts.show(services, export, connection)
    if looking.seconds == 0:
        return await _show(services, connection, export, shown)
    with watched(is_silent=looking.is_silent) as see:
        async for seen in watch_export(services.database, export.id, looks=looking.looks):
            connection = await _get_connection(services, connection.id)
            export, shown = seen, await acts.show(services, seen, connection)
            see(shown)
    if export.state not in AT_REST:
        raise NotYet(_tell_why_not(shown))
    return await _show(services, connection, export, shown)


def _tell_why_not(shown: ExportShown) -> str:
    look = f"`export watch {shown.id}` looks on."
    if shown.state is ExportState.PAUSED:
        return f"It is paused; `export resume {shown.id}` goes on with it."
    if shown.waiting_for is not None:
        return f"It waits: {shown.waiting_for.message} It goes on by itself then. {look}"
    if not shown.progress:
        return f"No worker has begun it. See that one runs: `python -m app work`. {look}"
    done, total = (sum(getattr(each, name) for each in shown.progress) for name in ("done", "total"))
    return f"It is under way, {done} of {total} done, and goes on by itself. {look}"


async def _show(services: Services, connection: Connection, export: Export, shown: ExportShown) -> Shown:
    async with services.database.reading() as session:
        found = await list_things(
            session,
            export.id,
            after=0,
            limit=MOST_HELD,
            outcome=ExportOutcome.HELD,
            is_dry=export.dry_run,
        )
        sums = [show_sum(each) for each in await sum_things(session, export.id, is_dry=export.dry_run)]
    held = [show_thing(thing, connection) for thing in found]
    is_lost = export.state is ExportState.FAILED
    code = Exit.NOT_WELL if held or is_lost else Exit.WELL
    return Shown({"export": shown, "sums": sums, "held": held}, build_parts(shown, sums, held), code)


async def _find(services: Services, export_id: UUID) -> tuple[Connection, Export]:
    async with services.database.reading() as session:
        export = await find_export(session, export_id)
    if export is None:
        raise InputRefused("not_found", "There is no export with that id. `export list` names them.")
    return await _get_connection(services, export.connection_id), export


async def _get_connection(services: Services, connection_id: UUID) -> Connection:
    async with services.database.reading() as session:
        found = await find_connection(session, connection_id)
    if found is None:
        raise InputRefused("not_found", "There is no connection with that id.")
    return found
