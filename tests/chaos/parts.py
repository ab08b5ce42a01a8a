"""The parts of a run, each as tasks for the lanes."""

from collections.abc import Iterator
from functools import partial

from hypothesis.errors import HypothesisException

from tests.chaos.crashes import choose_deaths, crash_at, find_unlisted, list_points
from tests.chaos.crowds import run_crowd
from tests.chaos.full_disk import run_full_disk
from tests.chaos.ground import Ground
from tests.chaos.history import draw_history, run_history
from tests.chaos.judging import Findings
from tests.chaos.lanes import Task
from tests.chaos.machines import run_machine
from tests.chaos.outages import OUTAGES, run_outage
from tests.chaos.stages import STAGES
from tests.chaos.stages.stage import Stage
from tests.chaos.takeover import run_takeover
from tests.chaos.tally import Outcome
from tests.chaos.torment import run_torment
from tests.simulation.run import HISTORIES, run_simulations


async def look(stage: Stage, ground: Ground, _: int) -> Outcome:
    """Which points the stage's process passes, and whether the lists have them all."""
    points = await list_points(ground, stage)
    unlisted = Findings(broken=find_unlisted(stage, points))
    return Outcome(f"points of {stage.name}", unlisted, points=tuple(points))


async def die(stage: Stage, ground: Ground, number: int) -> Outcome:
    """One death of it."""
    crash = await crash_at(ground, stage, number)
    title = f"{stage.name} killed at {number}: {crash.point}"
    return Outcome(title, crash.findings, crash_points=1, faults=1)


async def run_story(ground: Ground, seed: int) -> Outcome:
    """One random history end to end."""
    async with ground.open_house() as house:
        verdict = await run_history(house, draw_history(seed))
    held = tuple(verdict.held.values())
    return Outcome(f"story {seed}", verdict.findings, histories=1, faults=verdict.faults, held=held)


LONG_SECONDS = 1800
"""What starts dozens of processes takes minutes, and several times as long where others work beside it."""

EACH_RUN = 20
"""Worlds of the machines, and simulations, for each story: five hundred runs are ten thousand of both."""

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
    """Some worlds for each run, in tasks of some hundreds."""
    tasks = max(1, runs * EACH_RUN // EXAMPLES)
    return [Task(run_machines, number, f"machine {number}") for number in range(seed, seed + tasks)]


def list_simulations(seed: int, runs: int) -> list[Task]:
    """Some histories for each run, from the seed on."""
    firsts = range(seed, seed + runs * EACH_RUN, HISTORIES)
    return [Task(run_simulations, first, f"simulations from {first}") for first in firsts]


def list_outages(seed: int) -> list[Task]:
    """Each of the outages once."""
    return [Task(run_outage, seed * 10 + n, name) for n, name in enumerate(OUTAGES)]


def list_crowds(seed: int) -> list[Task]:
    """One crowd, and how long a dead worker keeps its connection."""
    return [
        Task(run_crowd, seed, f"crowd {seed}", LONG_SECONDS),
        Task(run_takeover, seed, f"takeover {seed}"),
    ]


def list_torments(seed: int) -> list[Task]:
    """Everything that kills servers and processes, and a disk that is full."""
    return [
        Task(run_torment, seed, f"torment {seed}", LONG_SECONDS),
        Task(run_full_disk, seed, f"full disk {seed}", LONG_SECONDS),
    ]


def list_stories(seed: int, runs: int) -> list[Task]:
    """So many stories, from a seed on."""
    return [Task(run_story, number, f"story {number}") for number in range(seed, seed + runs)]


def list_looks() -> list[Task]:
    """What finds the points at which to kill."""
    return [Task(partial(look, stage), 0, f"points of {stage.name}") for stage in STAGES]


def list_deaths(looked: Outcome, seed: int) -> Iterator[Task]:
    """A death at each of the points that were found, and that no stage before has."""
    [stage] = [stage for stage in STAGES if looked.title == f"points of {stage.name}"]
    for number in choose_deaths(stage, looked.points, seed):
        yield Task(partial(die, stage), number, f"{stage.name} killed at {number}")
