"""The command line: `python -m app`.

Each command builds its settings, refuses to start where production lacks one, and hands over to the module that does
the work. What a command needs is imported when it runs, so that `--help` is there at once and `sandbox` runs without
the rest.
"""

import atexit
import os
import shutil
import tempfile
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from app import collector
from app.commands import (
    audit,
    compare,
    connection,
    doctor,
    export,
    key,
    partner,
    replay,
    restored,
    rotate_keys,
    why,
)
from app.commands.starting import load_settings, refuse
from app.sandbox.troubles import list_help

if TYPE_CHECKING:
    from app.settings import Settings

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # Its tracebacks can show the values of variables, and some of ours are secret.
    pretty_exceptions_enable=False,
    help="Keep one invoice true in two places.",
)

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")]

XERO_ONLY = "Only for --side xero"


class SandboxSide(StrEnum):
    """Whom a sandbox stands in for."""

    XERO = "xero"
    PARTNER = "partner"


@cli.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes share the port.")] = 1,
) -> None:
    """Run the API: partners' REST calls, and the webhooks of Xero and of partners."""
    if workers == 1:
        collector.pause()
    import uvicorn

    settings = load_settings()
    _hand_to_children(settings)
    if workers > 1:
        _share_counts()
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        # Our own logs; an access log would hold OAuth codes, which travel in URLs.
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=30,
        # One that has no processor for some seconds is not dead, and holds requests that would be lost with it.
        timeout_worker_healthcheck=30,
    )


@cli.command()
def work(
    check: Annotated[
        bool,
        typer.Option("--check", help="Only tell whether a worker is alive: 0 if one said so lately, else 1."),
    ] = False,
) -> None:
    """Run a worker: it reconciles whatever is behind and delivers changes to partners. Start as many as you like."""
    collector.pause()
    settings = load_settings()
    # Only now: a process that may not start says so before it loads the rest, and a look needs next to nothing of it.
    if check:
        from app.worker.life_sign import is_alive

        raise typer.Exit(0 if is_alive(settings) else 1)
    from app.worker.process import run

    run(settings)


@cli.command()
def migrate(
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Only tell whether migrations and tables agree, in a database of its own."
        ),
    ] = False,
) -> None:
    """Bring the database to the newest schema; a second run finds nothing to do."""
    from app import schema

    settings = load_settings(for_database_only=True)
    if check:
        try:
            schema.check_migrations(settings.database_url)
        except schema.SchemaDrifted as drift:
            refuse(f"Migrations and tables differ:\n{drift}")
        typer.echo("Migrations run up, down and up, and build what the tables describe.")
    else:
        schema.upgrade(settings.database_url)
        typer.echo("The database has the newest schema.")


@cli.command(
    epilog="\n".join(
        [
            "GET the printed control_url of the Xero sandbox for every address: faults, switches, acts of persons.",
            *list_help(),
        ]
    )
)
def sandbox(
    side: Annotated[
        SandboxSide, typer.Option(help="Stand in for Xero or for a partner's app.")
    ] = SandboxSide.XERO,
    host: Host = "127.0.0.1",
    port: Port = 0,
    webhook_url: Annotated[
        str | None, typer.Option(help="Where Xero's signed webhooks go.", rich_help_panel=XERO_ONLY)
    ] = None,
    country: Annotated[
        str, typer.Option(help="The organisation's country: AU, NZ or GB.", rich_help_panel=XERO_ONLY)
    ] = "AU",
    organisation_name: Annotated[
        str, typer.Option(help="What it is called.", rich_help_panel=XERO_ONLY)
    ] = "Plumb Trades Pty Ltd",
    client_id: Annotated[
        str | None, typer.Option(help="The app's; made up when not given.", rich_help_panel=XERO_ONLY)
    ] = None,
    client_secret: Annotated[
        str | None, typer.Option(help="The app's; made up when not given.", rich_help_panel=XERO_ONLY)
    ] = None,
    webhook_key: Annotated[
        str | None, typer.Option(help="Signs webhooks; made up when not given.", rich_help_panel=XERO_ONLY)
    ] = None,
) -> None:
    """Run a Xero organisation or a partner's app of our own; prints its addresses and secrets as one JSON line."""
    if side is SandboxSide.PARTNER:
        from app.sandbox.partner.command import run as run_partner

        run_partner(port=port, host=host)
    else:
        from app.sandbox.xero.command import run as run_xero

        run_xero(
            port=port,
            host=host,
            webhook_url=webhook_url,
            country=country,
            organisation_name=organisation_name,
            client_id=client_id,
            client_secret=client_secret,
            webhook_key=webhook_key,
        )


@cli.command()
def demo(
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Exit after the last step: 0 if all held, else the failed step is named."
        ),
    ] = False,
    changes: Annotated[int, typer.Option(min=2, help="How many single changes are timed each way.")] = 100,
    volume: Annotated[
        int, typer.Option(min=5, help="How many invoices are put, then changed, at once.")
    ] = 1000,
) -> None:
    """Walk the main job on this machine over HTTP, step by step, then stay up to be looked at."""
    from app.demo.command import run
    from app.demo.figures import Size

    raise typer.Exit(run(once=once, size=Size(changes, volume)))


cli.command("compare")(compare.compare)
cli.command("why")(why.why)
cli.command("doctor")(doctor.doctor)
cli.command("restored")(restored.restored)
cli.command("audit")(audit.audit)
cli.command("rotate-keys")(rotate_keys.rotate_keys)
cli.add_typer(partner.commands, name="partner")
cli.add_typer(key.commands, name="key")
cli.add_typer(connection.commands, name="connection")
cli.add_typer(export.commands, name="export")
cli.add_typer(replay.commands, name="replay")


def _share_counts() -> None:
    """Have the processes that share a port count in files, so that a scrape of any of them shows all."""
    folder = tempfile.mkdtemp(prefix="plumbline-counts-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _hand_to_children(settings: "Settings") -> None:
    """Put what development filled in where the processes that uvicorn starts will read it."""
    os.environ["DATABASE_URL"] = settings.database_url
    os.environ["REDIS_URL"] = settings.redis_url
    os.environ["PLUMBLINE_SECRET_KEYS"] = ",".join(key.get_secret_value() for key in settings.secret_keys)


if __name__ == "__main__":
    cli(prog_name="python -m app")
