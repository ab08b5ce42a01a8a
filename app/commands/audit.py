"""`audit`: who did what, and whether the log was tampered with."""

from typing import Annotated
from uuid import UUID

import typer

from app.commands.running import AsJson, run


def audit(
    partner: Annotated[
        UUID | None,
        typer.Argument(help="The partner's id; all logs of the installation when not given."),
    ] = None,
    after: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Begin after the entry of this id.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many entries at most.")] = 100,
    check: Annotated[
        bool, typer.Option("--check", help="Work out every hash anew; 1 where an entry was touched.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the audit log, oldest first, or check that nothing in it was changed or taken out.

    Keep the hashes that a check prints somewhere else, one of each partner: a log whose end was cut off fits together,
    but ends on another.
    """
    from app.commands.acts import auditing

    if check:
        run(lambda services: auditing.check(services, partner), as_json=as_json)
    else:
        run(lambda services: auditing.list_all(services, partner, after, limit), as_json=as_json)
