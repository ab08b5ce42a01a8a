"""`audit`: who did what, and whether the log was tampered with."""

from typing import Annotated
from uuid import UUID

import typer

from app.commands.running import AsJson, run


def audit(
    partner: Annotated[
        UUID | None,
        typer.Argument(help="The partner's id; the log of the whole installation when not given."),
    ] = None,
    after: Annotated[int, typer.Option(min=0, help="Begin after the entry of this id.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many entries at most.")] = 100,
    check: Annotated[
        bool, typer.Option("--check", help="Work out every hash anew; 1 where an entry was touched.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the audit log, oldest first, or check that nothing in it was changed or taken out.

    Keep the hash that a check prints somewhere else: a log whose end was cut off fits together, but ends on another.
    """
    from app.commands.acts import auditing

    if check:
        run(lambda services: auditing.check(services, partner), as_json=as_json)
    else:
        run(lambda services: auditing.list_all(services, partner, after, limit), as_json=as_json)
