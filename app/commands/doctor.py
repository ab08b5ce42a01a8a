"""`doctor`: whether a deployment is well, with the cure of each finding."""

import asyncio

import typer

from app.commands.running import AsJson, print_shown
from app.commands.shown import Exit
from app.commands.starting import refuse


def doctor(as_json: AsJson = False) -> None:
    """Check this deployment: settings, PostgreSQL, its clock and schema, Redis, workers, secret keys, the public
    address, the ways to Xero, and Xero's webhooks.

    Each finding says what to do. Nothing is changed, and no call of Xero's budget is used. Ends with 1 where
    something is wrong.
    """
    from pydantic import ValidationError

    from app import telemetry
    from app.commands.acts.examining import diagnose
    from app.settings import Settings

    try:
        settings = Settings()
    except ValidationError as invalid:
        refuse("\n".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in invalid.errors()))
    telemetry.configure("error", as_json=settings.is_production)
    shown = asyncio.run(diagnose(settings))
    print_shown(shown, as_json=as_json)
    if shown.code is not Exit.WELL:
        raise typer.Exit(shown.code)
