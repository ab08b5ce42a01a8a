"""Live one history and tell it line by line: `python -m tests.simulation --seed 17`, or a script as it was printed."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from app.settings import Settings
from tests.chaos.ground import be_silent, open_own_servers
from tests.simulation.drawing import Step, draw_history, read_history
from tests.simulation.history import Verdict, fetch_final, run_history
from tests.simulation.loop import SimulatedLoop
from tests.simulation.run import open_simulation


def main(
    script: Annotated[str, typer.Argument()] = "", seed: Annotated[int | None, typer.Option()] = None
) -> None:
    """Exit status 1 where it goes wrong."""
    if bool(script) == (seed is not None):
        raise typer.BadParameter("give either a script or --seed")
    be_silent()
    steps = read_history(script) if seed is None else draw_history(seed)
    with open_own_servers() as servers, asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        verdict, final = runner.run(_live(servers, steps))
    print("\n".join([*verdict.transcript, *final, str(verdict.findings) or "all is well"]))  # noqa: T201
    sys.exit(1 if verdict.findings else 0)


async def _live(servers: Settings, steps: Sequence[Step]) -> tuple[Verdict, list[str]]:
    async with open_simulation(servers) as base:
        verdict = await run_history(base, steps)
        return verdict, await fetch_final(base)


if __name__ == "__main__":
    typer.run(main)
