"""`restored`: after an older copy of the database was put back, and before anything works on it."""

from datetime import datetime
from typing import Annotated

import typer

from app.commands.running import AsJson, run


def restored(
    made_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
            help="When the copy was made, UTC unless it says otherwise; the last write that is in it when not given.",
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long creates are looked for first.")] = 30,
    force: Annotated[
        bool, typer.Option("--force", help="Also while an API or a worker seems to be at work on it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a restored copy of the database safe to work on: nothing that was made in Xero since is made again.

    Run it after `migrate`, before any API or worker starts: it refuses while one is connected, or a lease is in force.
    Every connection is searched and compared, every create is looked for in Xero first, and cursors and revisions leap
    over what partners may have seen since the copy.
    """
    from app.commands.acts import restoring

    run(lambda services: restoring.restore(services, made_at, days, is_forced=force), as_json=as_json)
