"""Prove it in numbers: `python -m tests.chaos --seed 1 --runs 500`; exit status 1 when anything went wrong.

`--only stories` (or another part) runs that part alone; `--seed 17 --runs 1 --only stories` repeats story 17.
"""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.chaos import parts
from tests.chaos.lanes import Task, run_tasks
from tests.chaos.tally import Outcome, Tally

Part = Callable[[int, int], Iterable[Outcome]]


def tell_stories(seed: int, runs: int) -> Iterable[Outcome]:
    """Random histories end to end."""
    return _watch("stories", parts.list_stories(seed, runs))


def tell_crashes(seed: int, _: int) -> Iterable[Outcome]:
    """Every crash point of a worker and of an API."""
    looks = list(_watch("points", parts.list_looks()))
    yield from looks
    yield from _watch("crashes", [task for looked in looks for task in parts.list_deaths(looked, seed)])


def tell_machines(seed: int, runs: int) -> Iterable[Outcome]:
    """State machines over the hub."""
    return _watch("machines", parts.list_machines(seed, runs))


def tell_simulations(seed: int, runs: int) -> Iterable[Outcome]:
    """The whole loop in one process, under a seeded scheduler."""
    return _watch("simulations", parts.list_simulations(seed, runs))


def tell_outages(seed: int, _: int) -> Iterable[Outcome]:
    """Xero, the app and the clock gone or wrong for a while."""
    return _watch("outages", parts.list_outages(seed))


def tell_torment(seed: int, _: int) -> Iterable[Outcome]:
    """Servers and processes restarted and killed, and a full disk, with load running."""
    return _watch("torment", parts.list_torments(seed))


def tell_crowds(seed: int, _: int) -> Iterable[Outcome]:
    """Several processes over fifty connections, and a dead worker's lease."""
    return _watch("crowds", parts.list_crowds(seed))


PARTS: dict[str, Part] = {
    "machines": tell_machines,
    "simulations": tell_simulations,
    "stories": tell_stories,
    "crashes": tell_crashes,
    "outages": tell_outages,
    "torment": tell_torment,
    "crowds": tell_crowds,
}

console = Console(stderr=True, highlight=False)


def _watch(name: str, tasks: Sequence[Task]) -> Iterable[Outcome]:
    """Run tasks with a bar; what goes wrong is told at once."""
    columns = (TextColumn("{task.description:>11}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(name, total=len(tasks))
        for outcome in run_tasks(tasks):
            progress.advance(bar)
            if outcome.told:
                progress.console.print(f"{outcome.title}: {outcome.told}", markup=False)
            if outcome.findings:
                progress.console.print(f"{outcome.title}: {outcome.findings}", markup=False)
            yield outcome


def main(
    seed: int = 1,
    runs: Annotated[int, typer.Option(min=1)] = 500,
    only: Annotated[list[str] | None, typer.Option()] = None,
) -> None:
    """Run all parts, or those that are named, and print one line of JSON.

    Ctrl-C prints what it came to until then, and fails.
    """
    began, tally, is_whole = time.monotonic(), Tally(), True
    try:
        for name, part in PARTS.items():
            if only is None or name in only:
                for outcome in part(seed, runs):
                    tally.add(outcome)
    except KeyboardInterrupt:
        is_whole = False
        console.print("broken off")
    if tally.held:
        console.print(f"held in the end, by reason: {dict(tally.held.most_common())}", markup=False)
    print(tally.to_line(time.monotonic() - began))  # noqa: T201
    sys.exit(0 if tally.is_well and is_whole else 1)


if __name__ == "__main__":
    typer.run(main)
