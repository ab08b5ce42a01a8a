"""Settings that a process can run on; or the reason why it may not start, and the exit code that says so."""

from typing import TYPE_CHECKING, NoReturn

import typer

from app.commands.shown import Exit

if TYPE_CHECKING:
    from app.settings import Settings


def load_settings(*, for_database_only: bool = False, is_quiet: bool = False) -> "Settings":
    """Return settings that a process can run on, and set up its logs, of a quiet one for warnings alone.

    Exits with 2, saying why, where they cannot.
    """
    from pydantic import ValidationError

    from app import telemetry
    from app.development import fill_in
    from app.errors import ConfigurationMissing
    from app.settings import Settings

    try:
        settings = Settings()
        level = "warning" if is_quiet and settings.log_level != "error" else settings.log_level
        telemetry.configure(level, as_json=settings.is_production)
        if not settings.is_production:
            return fill_in(settings)
        return settings.require_database() if for_database_only else settings.require_production()
    except ValidationError as invalid:
        refuse("\n".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in invalid.errors()))
    except ConfigurationMissing as missing:
        refuse(str(missing))


def refuse(reason: str, code: Exit = Exit.REFUSED) -> NoReturn:
    """Say why on stderr, and end."""
    typer.echo(reason, err=True)
    raise typer.Exit(code)
