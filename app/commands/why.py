"""`why`: why an invoice is not in step, gate by gate, with the cure."""

from typing import Annotated
from uuid import UUID

import typer

from app.commands.connection import ConnectionId
from app.commands.running import AsJson, run


def why(
    connection: ConnectionId,
    invoice: Annotated[str | None, typer.Argument(help="The invoice, by the partner's own id.")] = None,
    number: Annotated[str | None, typer.Option(help="Or by the number that it has on either side.")] = None,
    xero_id: Annotated[UUID | None, typer.Option(help="Or by Xero's id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell of an invoice every gate in order: passed or not, in words, with the cure.

    Name it by one of the three; a number or an id of Xero's that is not linked costs one call to
    Xero. Ends with 1 where something stands in the way.
    """
    from app.commands.acts import whys

    run(lambda services: whys.explain(services, connection, invoice, number, xero_id), as_json=as_json)
