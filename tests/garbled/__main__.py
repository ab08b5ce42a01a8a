"""`python -m tests.garbled --seed 1 --runs 60`; exit status 1 when anything went wrong.

`--kind one_invoice` lives one kind alone, `--only html` garbles in that way alone, `--tell` prints what was garbled.
"""

import sys
import time
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from tests.chaos.lanes import Task, run_tasks
from tests.chaos.tally import Tally
from tests.garbled.garbler import KINDS
from tests.garbled.lived import run

console = Console(stderr=True, highlight=False)


def main(
    seed: int = 1,
    runs: Annotated[int, typer.Option(min=1)] = 60,
    kind: Annotated[str, typer.Option()] = "",
    only: Annotated[list[str] | None, typer.Option()] = None,
    tell: bool = False,
) -> None:
    """Live so many histories, of each kind in turn, and print one line of JSON."""
    began, tally = time.monotonic(), Tally()
    tasks = [
        Task(partial(run, each, tuple(only or ()), tell), number, f"garbled {number} {each}")
        for number in range(seed, seed + runs)
        for each in [kind or KINDS[number % len(KINDS)]]
    ]
    for outcome in run_tasks(tasks):
        tally.add(outcome)
        if outcome.told:
            console.print(f"{outcome.title}:\n  {outcome.told}", markup=False)
        if outcome.findings:
            console.print(f"{outcome.title}: {outcome.findings}", markup=False)
    if tally.held:
        console.print(f"held in the end, by reason: {dict(tally.held.most_common())}", markup=False)
    print(tally.to_line(time.monotonic() - began))  # noqa: T201
    sys.exit(0 if tally.is_well else 1)


if __name__ == "__main__":
    typer.run(main)
