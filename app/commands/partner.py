"""`partner`: make partners, and list them."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from app.commands.running import AsJson, check_name, run
from app.commands.starting import load_settings, refuse

commands = typer.Typer(no_args_is_help=True, help="Make and look after partners.")


@commands.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List every partner with its id, which other commands name it by."""
    from app.commands.acts import partners

    run(partners.list_all, as_json=as_json)


@commands.command()
def create(
    name: Annotated[str, typer.Argument(help="What the partner is called.", callback=check_name)],
    webhook_url: Annotated[
        str | None, typer.Option(help="Where changes are sent; the feed can be read without.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line, as is done wherever nobody is looking.")
    ] = False,
) -> None:
    """Make a partner with an API key and webhook secrets, shown this once."""
    from rich.console import Console

    from app.commands.acts.new_partner import create_partner
    from app.commands.screen import build_facts
    from app.errors import PlumblineError

    settings = load_settings()
    try:
        made = asyncio.run(create_partner(settings, name=name, webhook_url=webhook_url))
    except PlumblineError as refused:
        refuse(str(refused))
    if as_json or not sys.stdout.isatty():
        typer.echo(json.dumps(made))
    else:
        Console().print(build_facts(f"Partner {name}", made))
