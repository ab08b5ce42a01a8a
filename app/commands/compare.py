"""`compare`: both sides of one connection set against each other now."""

from typing import Annotated

import typer

from app.commands.connection import ConnectionId
from app.commands.running import AsJson, run


def compare(
    connection: ConnectionId,
    wait: Annotated[
        int,
        typer.Option(
            min=0, help="How many seconds to wait for a worker to do it; it goes on without you after that."
        ),
    ] = 600,
    last: Annotated[bool, typer.Option("--last", help="Ask for none; show what is known now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare both sides of a connection now: totals to the cent, equal as of when, every difference.

    A worker reads every linked invoice in Xero, and you see how far it is. Ends with 0 where both sides are equal, 1
    where anything stands against it, and 3 where it is not done in time.
    """
    from app.commands.acts import comparing

    if last:
        run(lambda services: comparing.show_last(services, connection), as_json=as_json)
    else:
        run(
            lambda services: comparing.compare(services, connection, wait, is_silent=as_json), as_json=as_json
        )
