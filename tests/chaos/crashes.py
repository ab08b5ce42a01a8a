"""Every crash point: the work is done once to list them, then once for each, and the process is killed there.

After each death another worker goes on, time passes, and what holds after every story must hold: nothing lost, nothing
twice, both sides equal or held, and nothing moving by itself.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.chaos.crash_stage import make_work, settle_beginning
from tests.chaos.ground import Ground
from tests.chaos.history import settle
from tests.chaos.judging import Findings, find_restless, judge
from tests.chaos.story import Story
from tests.chaos.worker import Death, Order, Process, work
from tests.scenarios.troubles import restarted

LISTED = Path(__file__).with_name("points_of_a_worker.txt")

SOMETIMES = "sometimes "


@dataclass(frozen=True)
class Crash:
    """One death and what came of it."""

    point: str
    findings: Findings


@asynccontextmanager
async def open_stage(ground: Ground) -> AsyncIterator[Story]:
    """A house in which everything is due, and no worker has looked."""
    async with ground.open_house() as house:
        await settle_beginning(house)
        story = Story(house, calls_before=await house.last_call())
        await make_work(story)
        yield story


async def list_points(ground: Ground) -> list[str]:
    """The points of a worker's work, in order, one as often as it is passed."""
    async with open_stage(ground) as story:
        death = await _work_until(story, None)
    assert death.exit_code == 0, f"the work ended with {death.exit_code} after {death.points[-3:]}"
    return death.points


async def crash_at(ground: Ground, number: int) -> Crash:
    """Kill the worker at that point, from 1, have another go on, and judge."""
    async with open_stage(ground) as story:
        death = await _work_until(story, number)
        return await judge_after(story, death)


async def judge_after(story: Story, death: Death) -> Crash:
    """Another worker goes on until nothing is due, and what holds after every story must hold."""
    point = death.points[-1] if death.was_killed else "none: the work ended before"
    async with restarted(story.house):
        await settle(story)
        findings = await judge(story)
        findings.diverged += await find_restless(story.house)
    return Crash(point, findings)


async def _work_until(story: Story, kill_at: int | None) -> Death:
    house = story.house
    order = Order(house.settings, house.connection_id, house.clock.now(), kill_at)
    return await Process(work, order).end()


def choose_numbers(points: Sequence[str], seed: int) -> list[int]:
    """For each point once, by its name, at which passing of it to die: which of several, the seed draws."""
    random, passings = Random(seed), defaultdict[str, list[int]](list)
    for number, name in enumerate(points, start=1):
        passings[name].append(number)
    return sorted(random.choice(numbers) for numbers in passings.values())


def find_unlisted(points: Sequence[str], listed: Path) -> list[str]:
    """What is passed and not listed, or listed and not passed any more: the list says what is tested.

    What is passed only when a minute ends, or a mark has run out, is listed as such (`SOMETIMES`).
    """
    lines, passed = listed.read_text().splitlines(), set(points)
    sometimes = {line.removeprefix(SOMETIMES) for line in lines if line.startswith(SOMETIMES)}
    always = {line for line in lines if not line.startswith(SOMETIMES)}
    return [
        *(f"a point that no list has: {name}" for name in sorted(passed - always - sometimes)),
        *(f"a listed point that is not passed: {name}" for name in sorted(always - passed)),
    ]
