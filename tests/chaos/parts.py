"""The parts of a run, each as tasks for the lanes."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis.errors import HypothesisException

from tests.chaos import crashes, intake_crashes
from tests.chaos.crashes import Crash, choose_numbers, find_unlisted
from tests.chaos.crowds import run_crowd
from tests.chaos.ground import Ground
from tests.chaos.history import draw_history, run_history
from tests.chaos.judging import Findings
from tests.chaos.lanes import Task
from tests.chaos.machines import run_machine
from tests.chaos.outages import OUTAGES, run_outage
from tests.chaos.tally import Outcome
from tests.simulation.run import HISTORIES, run_simulations


@dataclass(frozen=True)
class Victim:
    """A process that is killed at every step of its work."""

    name: str
    list_points: Callable[[Ground], Awaitable[list[str]]]
    crash_at: Callable[[Ground, int], Awaitable[Crash]]
    listed: Path

    async def look(self, ground: Ground, _: int) -> Outcome:
        """Which points it passes, and whether the list has them all."""
        points = await self.list_points(ground)
        unlisted = Findings(diverged=find_unlisted(points, self.listed))
        return Outcome(f"points of {self.name}", unlisted, points=tuple(points))

    async def die(self, ground: Ground, number: int) -> Outcome:
        """One death of it."""
        crash = await self.crash_at(ground, number)
        title = f"{self.name} killed at {number}: {crash.point}"
        return Outcome(title, crash.findings, crash_points=1, faults=1)


WORKER = Victim("a worker", crashes.list_points, crashes.crash_at, crashes.LISTED)
API = Victim("an API", intake_crashes.list_points, intake_crashes.crash_at, intake_crashes.LISTED)
VICTIMS = (WORKER, API)


async def run_story(ground: Ground, seed: int) -> Outcome:
    """One random history end to end."""
    async with ground.open_house() as house:
        verdict = await run_history(house, draw_history(seed))
    held = tuple(verdict.held.values())
    return Outcome(f"story {seed}", verdict.findings, histories=1, faults=verdict.faults, held=held)


EXAMPLES = 250
"""Worlds of one task of the machines."""


async def run_machines(_: Ground, seed: int) -> Outcome:
    """Some hundreds of worlds of the hub; one that fails comes with the shortest script that does."""
    title = f"machine {seed}"
    try:
        return Outcome(title, Findings(), histories=run_machine(seed, EXAMPLES))
    except (AssertionError, HypothesisException) as failure:
        told = "; ".join([str(failure), *getattr(failure, "__notes__", [])])
        return Outcome(title, Findings(lost=[told]), histories=1)


def list_machines(seed: int, runs: int) -> list[Task]:
    """A hundred worlds for each run, in tasks of some hundreds."""
    tasks = max(1, runs * 100 // EXAMPLES)
    return [Task(run_machines, number, f"machine {number}") for number in range(seed, seed + tasks)]


def list_simulations(seed: int, runs: int) -> list[Task]:
    """Ten histories for each run, from the seed on."""
    firsts = range(seed, seed + runs * HISTORIES, HISTORIES)
    return [Task(run_simulations, first, f"simulations from {first}") for first in firsts]


def list_outages(seed: int) -> list[Task]:
    """Each of the outages once."""
    return [Task(run_outage, seed * 10 + n, name) for n, name in enumerate(OUTAGES)]


def list_crowds(seed: int) -> list[Task]:
    """One crowd."""
    return [Task(run_crowd, seed, f"crowd {seed}")]


def list_stories(seed: int, runs: int) -> list[Task]:
    """So many stories, from a seed on."""
    return [Task(run_story, number, f"story {number}") for number in range(seed, seed + runs)]


def list_looks() -> list[Task]:
    """What finds the points at which to kill."""
    return [Task(victim.look, 0, f"points of {victim.name}") for victim in VICTIMS]


def list_deaths(looked: Outcome, seed: int, most: int | None = None) -> Iterator[Task]:
    """A death at each of the points that were found."""
    [victim] = [victim for victim in VICTIMS if looked.title == f"points of {victim.name}"]
    for number in choose_numbers(looked.points, seed)[:most]:
        yield Task(victim.die, number, f"{victim.name} killed at {number}")
