"""`replay`: a stored event looked at again, a change or a delivery sent again. All are harmless however often."""

from typing import Annotated
from uuid import UUID

import typer

from app.commands.connection import ConnectionId
from app.commands.key import PartnerId
from app.commands.running import AsJson, run

commands = typer.Typer(no_args_is_help=True, help="Send what was sent before through again.")


@commands.command()
def event(
    connection: ConnectionId,
    event: Annotated[str, typer.Argument(help="The event's id, as `xero_511` or `partner_80`.")],
    as_json: AsJson = False,
) -> None:
    """Look at a stored event as if it came now.

    Of Xero's, what it points to is read again; an app's document is taken in by the same rules as ever.
    """
    from app.commands.acts import replays

    run(lambda services: replays.replay_event(services, connection, event), as_json=as_json)


@commands.command()
def change(
    connection: ConnectionId,
    cursor: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The change's cursor in the feed.")],
    as_json: AsJson = False,
) -> None:
    """Send the app a change again, or the newest of its invoice in its place."""
    from app.commands.acts import replays

    run(lambda services: replays.resend_change(services, connection, cursor), as_json=as_json)


@commands.command()
def delivery(
    partner: PartnerId,
    endpoint: Annotated[UUID, typer.Argument(help="The endpoint's id.")],
    delivery: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The delivery's number.")],
    as_json: AsJson = False,
) -> None:
    """Send an endpoint the same message again, under the id that it had. Ends with 1 where it is not taken."""
    from app.commands.acts import replays

    run(lambda services: replays.replay_delivery(services, partner, endpoint, delivery), as_json=as_json)
