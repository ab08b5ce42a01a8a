"""`export`: everything in scope of a connection looked at now; planned, carried out, watched, reported on."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from app.commands.running import AsJson, run
from app.commands.shown import Exit, Shown
from app.commands.starting import refuse
from app.domain.exports.export import Order, Stage

if TYPE_CHECKING:
    from app.api.dependencies import Services
    from app.commands.acts.exports import Looking

commands = typer.Typer(
    no_args_is_help=True, help="See what an export would do, carry it out, watch it, read its report."
)

ConnectionId = Annotated[UUID, typer.Argument(help="The connection's id; `GET /v1/connections` tells it.")]
ExportId = Annotated[UUID, typer.Argument(help="The export's id; `export list` tells it.")]
Stages = Annotated[
    list[Stage],
    typer.Option(
        "--stage", help="What to look at, given once for each; stages that these need are added, and named."
    ),
]
From = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        formats=["%Y-%m-%d"],
        help="Invoices issued on this day or later; the setting `sync_from` when not given.",
    ),
]
To = Annotated[
    datetime | None,
    typer.Option(
        "--to", formats=["%Y-%m-%d"], help="Invoices issued on this day or earlier; all when not given."
    ),
]
FromStart = Annotated[bool, typer.Option("--from-start", help="All invoices, whatever `sync_from` says.")]
AllContacts = Annotated[
    bool, typer.Option("--all-contacts", help="Also customers who have no invoice that was sent.")
]
Note = Annotated[str | None, typer.Option(help="For whoever reads the list later.")]
Wait = Annotated[
    int | None,
    typer.Option(
        min=0, help="Look on for so many seconds and no longer, 0 not at all; until its end when not given."
    ),
]


@commands.command()
def plan(
    connection: ConnectionId,
    stages: Stages,
    issued_from: From = None,
    issued_to: To = None,
    from_start: FromStart = False,
    all_contacts: AllContacts = False,
    note: Note = None,
    wait: Wait = None,
    as_json: AsJson = False,
) -> None:
    """Say what an export would do and do nothing: what would be created, adopted, changed or held, with totals. `export
    start` carries it out. Ends with 1 where anything would be held, and 3 where it is not done in time.
    """
    _order(connection, stages, issued_from, issued_to, from_start, all_contacts, note, True, wait, as_json)


@commands.command("run")
def run_now(
    connection: ConnectionId,
    stages: Stages,
    issued_from: From = None,
    issued_to: To = None,
    from_start: FromStart = False,
    all_contacts: AllContacts = False,
    note: Note = None,
    wait: Wait = None,
    as_json: AsJson = False,
) -> None:
    """Export without a dry run, and look on until it is done. Ends with 1 where anything is held, and 3 where it is not
    done in time; Ctrl-C ends the looking on, and the export goes on.
    """
    _order(connection, stages, issued_from, issued_to, from_start, all_contacts, note, False, wait, as_json)


@commands.command()
def start(export: ExportId, wait: Wait = None, as_json: AsJson = False) -> None:
    """Carry out what a dry run showed, each thing as it stands by now, and look on until it is done."""
    _tell(export, Order.START, wait, as_json)


@commands.command()
def pause(export: ExportId, as_json: AsJson = False) -> None:
    """Stop an export after the portion that is under way, 200 things at the most; `export resume` goes on."""
    _tell(export, Order.PAUSE, 0, as_json)


@commands.command()
def resume(export: ExportId, wait: Wait = None, as_json: AsJson = False) -> None:
    """Go on with a paused export where it stopped, and look on until it is done."""
    _tell(export, Order.RESUME, wait, as_json)


@commands.command()
def cancel(export: ExportId, as_json: AsJson = False) -> None:
    """End an export after the portion that is under way. What went to Xero stays there; the rest has no outcome."""
    _tell(export, Order.CANCEL, 0, as_json)


@commands.command()
def watch(export: ExportId, wait: Wait = None, as_json: AsJson = False) -> None:
    """Look on until an export is at rest, then show what came of it; any number of people may look on."""
    from app.commands.acts import exports

    _look_on(lambda services, looking: exports.watch(services, export, looking), wait, as_json)


@commands.command("list")
def list_all(connection: ConnectionId, as_json: AsJson = False) -> None:
    """List the newest hundred exports of a connection with their states, the newest first."""
    from app.commands.acts import exports

    run(lambda services: exports.list_all(services, connection), as_json=as_json)


@commands.command()
def report(
    export: ExportId,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a thing instead.")] = False,
) -> None:
    """Print what came of each thing, or would, with the reasons: CSV, one row a thing and then the sums."""
    from app.commands.acts import exports

    run(lambda services: exports.write_report(services, export, as_json=as_json), as_json=False)


def _order(
    connection: UUID,
    stages: list[Stage],
    issued_from: datetime | None,
    issued_to: datetime | None,
    from_start: bool,
    all_contacts: bool,
    note: str | None,
    is_dry: bool,
    wait: int | None,
    as_json: bool,
) -> None:
    from app.commands.acts import exports

    asked = {"stages": stages, "dry_run": is_dry, "all_contacts": all_contacts, "note": note}
    if issued_from is not None and from_start:
        refuse("Give --from or --from-start, not both.")
    if issued_from is not None or from_start:
        asked["from"] = issued_from.date() if issued_from else None
    if issued_to is not None:
        asked["to"] = issued_to.date()
    _look_on(lambda services, looking: exports.order(services, connection, asked, looking), wait, as_json)


def _tell(export: UUID, order: Order, wait: int | None, as_json: bool) -> None:
    from app.commands.acts import exports

    _look_on(lambda services, looking: exports.tell(services, export, order, looking), wait, as_json)


def _look_on(
    act: Callable[["Services", "Looking"], Awaitable[Shown]], wait: int | None, as_json: bool
) -> None:
    """Whoever stops looking on stops nothing else."""
    from app.commands.acts.exports import Looking

    looking = Looking(wait, is_silent=as_json)
    try:
        run(lambda services: act(services, looking), as_json=as_json)
    except KeyboardInterrupt:
        refuse(
            "You look on no longer. What was ordered goes on: `export list` names it, `export watch` looks on, `export"
            " pause` and `export cancel` stop it.",
            Exit.NOT_NOW,
        )
