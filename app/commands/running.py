"""Runs an act over everything that the API has, prints what it answers and ends with its code.

What fails on purpose is told in a sentence or two on stderr, with what to do; stdout has answers alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shown import Exit, NotYet, Shown
from app.commands.starting import load_settings, refuse
from app.errors import PlumblineError, Retryable, Terminal

if TYPE_CHECKING:
    from app.api.dependencies import Services
    from app.intake.refusals import InputRefused
    from app.settings import Settings

Act = Callable[["Services"], Awaitable[Shown]]

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON, as the API would answer.")]

LONGEST_NAME = 255
"""As the API has it."""


def check_name(name: str) -> str:
    """The name that something is made by, which nothing gives another afterwards; raises what the terminal shows.

    Bytes that the terminal's encoding does not know come as halves of surrogate pairs, which nothing can keep.
    """
    if not 1 <= len(name.strip()) <= len(name) <= LONGEST_NAME:
        raise typer.BadParameter(f"must be 1 to {LONGEST_NAME} characters, not blanks alone.")
    if name.encode(errors="ignore").decode() != name:
        raise typer.BadParameter("must be text in the encoding of this terminal, as UTF-8.")
    return name


WIDTH_OF_A_FILE = 180
"""Columns where nobody's terminal tells: ids stay whole in a file or a log."""

HINTS = {
    "key_ended": "`key list` shows which keys are in force.",
    "last_admin_key": "`key create --role admin` makes another one.",
    "wrong_state": "`connection show` tells its state and the next step.",
    "invalid_document": "The event is kept as it came; the app must send a document that is valid.",
    "endpoint_disabled": "The partner enables it by PATCH /v1/webhook-endpoints/{id}.",
}
"""What an operator does about a refusal whose own words are for callers of the API."""


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
    from redis.exceptions import RedisError

    from app.db.postgres.present import COMMAND
    from app.db.postgres.session import failures_told
    from app.db.upkeep.audit import acting_as
    from app.domain.connections.audit import Actor, ActorKind
    from app.wiring import open_api

    try:
        with failures_told():
            async with open_api(settings, name=COMMAND) as parts:
                with acting_as(Actor(ActorKind.OPERATOR)):
                    return await act(parts.services)
    except RedisError as error:
        raise NotYet(f"Redis gave no answer ({error}). Look at REDIS_URL, and ask again.") from error


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
    from app.db.postgres.session import DatabaseUnavailable
    from app.intake.refusals import InputRefused

    if isinstance(error, InputRefused):
        refuse(_describe(error))
    if isinstance(error, NotYet | DatabaseUnavailable):
        refuse(str(error), Exit.NOT_NOW)
    if isinstance(error, Retryable):
        wait = (
            f" Ask again in {error.retry_after.total_seconds():.0f} s."
            if error.retry_after
            else " Ask again later."
        )
        refuse(f"{error}{wait}", Exit.NOT_NOW)
    if isinstance(error, Terminal):
        refuse(f"{error} `connection show` tells what to do.")
    refuse(str(error))


def _describe(refused: "InputRefused") -> str:
    faults = [f"  {fault.field} {fault.message}" for fault in refused.faults]
    hint = HINTS.get(refused.code)
    return "\n".join([refused.detail, *faults, *([hint] if hint else [])])
