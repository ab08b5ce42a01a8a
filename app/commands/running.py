"""Runs an act over everything that the API has, prints what it answers and ends with its code.

What fails on purpose is told in a sentence or two on stderr, with what to do; stdout has answers alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shown import Exit, NotYet, Shown
from app.commands.starting import load_settings, refuse
from app.errors import PlumblineError, Retryable

if TYPE_CHECKING:
    from app.api.dependencies import Services
    from app.intake.refusals import InputRefused
    from app.settings import Settings

Act = Callable[["Services"], Awaitable[Shown]]

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON, as the API would answer.")]

WIDTH_OF_A_FILE = 180
"""Columns where nobody's terminal tells: ids stay whole in a file or a log."""


def run(act: Act, *, as_json: bool) -> None:
    """Carry out an act; ends the process with its code unless all is well."""
    settings = load_settings(is_quiet=True)
    try:
        shown = asyncio.run(_carry_out(settings, act))
    except PlumblineError as error:
        _tell(error)
    print_shown(shown, as_json=as_json)
    if shown.code is not Exit.WELL:
        raise typer.Exit(shown.code)


async def _carry_out(settings: "Settings", act: Act) -> Shown:
    from app.wiring import open_api

    async with open_api(settings) as parts:
        return await act(parts.services)


def print_shown(shown: Shown, *, as_json: bool) -> None:
    """Print an answer on stdout: one line of JSON, or tables."""
    if as_json:
        from pydantic_core import to_json

        typer.echo(to_json(shown.data).decode())
        return
    from rich.console import Console

    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=WIDTH_OF_A_FILE)
    for part in shown.parts:
        console.print(part)


def _tell(error: PlumblineError) -> None:
    from app.intake.refusals import InputRefused

    if isinstance(error, InputRefused):
        refuse(_describe(error))
    refuse(str(error), Exit.NOT_NOW if isinstance(error, NotYet | Retryable) else Exit.REFUSED)


def _describe(refused: "InputRefused") -> str:
    return "\n".join([refused.detail, *(f"  {fault.field} {fault.message}" for fault in refused.faults)])
