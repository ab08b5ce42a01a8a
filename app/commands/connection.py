"""`connection`: list them, look at one, pause, resume and run it."""

from typing import Annotated
from uuid import UUID

import typer

from app.commands.running import AsJson, run
from app.commands.starting import refuse

commands = typer.Typer(no_args_is_help=True, help="Look at connections; pause, resume and run them.")

ConnectionId = Annotated[UUID, typer.Argument(help="The connection's id; `connection list` tells it.")]


@commands.command("list")
def list_all(
    partner: Annotated[UUID | None, typer.Option(help="Only this partner's.")] = None,
    business: Annotated[
        str | None, typer.Option(help="Only this business's, by the partner's own id of it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List connections with their state and the next step."""
    from app.commands.acts import connections

    run(lambda services: connections.list_all(services, partner, business), as_json=as_json)


@commands.command()
def show(
    connection: ConnectionId,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Read the organisation from Xero first: seven calls of its budget."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a connection: its state, the next step, every check with its cure, and what waits.

    Ends with 1 where a check failed.
    """
    from app.commands.acts import connections

    run(lambda services: connections.show(services, connection, is_fresh=fresh), as_json=as_json)


@commands.command()
def pause(connection: ConnectionId, as_json: AsJson = False) -> None:
    """Store what comes and do nothing, until resumed; nothing is lost. The partner is told by a notice."""
    from app.commands.acts import connections

    run(lambda services: connections.pause(services, connection), as_json=as_json)


@commands.command()
def resume(connection: ConnectionId, as_json: AsJson = False) -> None:
    """Go on after a pause and catch up; an active connection is only looked at again."""
    from app.commands.acts import connections

    run(lambda services: connections.resume(services, connection), as_json=as_json)


@commands.command("run")
def run_now(connection: ConnectionId, as_json: AsJson = False) -> None:
    """Work now, and once, what waits for the set times of a connection; in real time there is nothing that waits.

    A worker does it: `connection show` tells what is left.
    """
    from app.commands.acts import connections

    run(lambda services: connections.run(services, connection), as_json=as_json)


@commands.command()
def data(connection: ConnectionId) -> None:
    """Print everything that is kept of a business, a line of JSON for each row, without tokens and secrets.

    The audit log tells that it was given out.
    """
    from app.commands.acts import business

    run(lambda services: business.export(services, connection), as_json=True)


@commands.command()
def erase(
    connection: ConnectionId,
    sure: Annotated[bool, typer.Option("--yes", help="Needed: it cannot be undone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase everything that is kept of a business: Xero is told first, then a worker deletes.

    Asking again tells how far it is. Ends with 0 when all is erased, and with 1 until then.
    """
    from app.commands.acts import business

    if not sure:
        refuse("It cannot be undone. Say --yes.")
    run(lambda services: business.erase(services, connection), as_json=as_json)
