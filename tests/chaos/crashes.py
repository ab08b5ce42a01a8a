"""Every crash point: a stage is lived once to list its points, then once for each, and the process is killed there.

After each death another worker goes on, time passes, and what holds after every story must hold: nothing lost, nothing
twice, both sides equal or held, and nothing moving by itself; and what the stage promises.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.chaos.ground import Ground
from tests.chaos.history import settle
from tests.chaos.judging import Findings, find_restless, judge
from tests.chaos.stages import STAGES
from tests.chaos.stages.stage import Stage
from tests.chaos.story import Story
from tests.chaos.worker import Death
from tests.scenarios.troubles import restarted

SOMETIMES = "sometimes "


@dataclass(frozen=True)
class Crash:
    """One death and what came of it."""

    point: str
    findings: Findings


@asynccontextmanager
async def open_stage(ground: Ground, stage: Stage) -> AsyncIterator[Story]:
    """The stage as it is when its process begins."""
    async with ground.open_house() as house, AsyncExitStack() as stack:
        story = Story(house, calls_before=await house.last_call(), stack=stack)
        await stage.make(story)
        yield story


async def list_points(ground: Ground, stage: Stage) -> list[str]:
    """The points of the stage's process, in order, one as often as it is passed."""
    async with open_stage(ground, stage) as story:
        death = await stage.life.live(story, None)
    assert death.exit_code == 0, f"{stage.name} ended with {death.exit_code} after {death.points[-3:]}"
    return death.points


async def crash_at(ground: Ground, stage: Stage, number: int) -> Crash:
    """Kill the process at that point, from 1, have another go on, and judge."""
    async with open_stage(ground, stage) as story:
        death = await stage.life.live(story, number)
        return await _judge_after(story, stage, death)


async def _judge_after(story: Story, stage: Stage, death: Death) -> Crash:
    """Another worker goes on until nothing is due; then both sides are looked at."""
    point = death.points[-1] if death.was_killed else "none: the work ended before"
    findings = Findings()
    async with restarted(story.house):
        findings.broken += await stage.follow(story)
        if stage.lives_on:
            await settle(story)
            findings.add(await judge(story))
            findings.diverged += await find_restless(story.house)
        findings.broken += await stage.promise(story)
    return Crash(point, findings)


def choose_numbers(points: Sequence[str], seed: int) -> list[int]:
    """For each point once, by its name, at which passing of it to die: which of several, the seed draws."""
    random, passings = Random(seed), defaultdict[str, list[int]](list)
    for number, name in enumerate(points, start=1):
        passings[name].append(number)
    return sorted(random.choice(numbers) for numbers in passings.values())


def choose_deaths(stage: Stage, points: Sequence[str], seed: int) -> list[int]:
    """The same for the points that are this stage's own."""
    own = set().union(*read_list(stage.listed))
    return [number for number in choose_numbers(points, seed) if points[number - 1] in own]


def find_unlisted(stage: Stage, points: Sequence[str]) -> list[str]:
    """What is passed and not listed, or listed and not passed any more: the lists say what is tested.

    What is passed only when a minute ends, or a mark has run out, is listed as such (`SOMETIMES`), in whichever stage.
    """
    always, _ = read_list(stage.listed)
    passed, known = set(points), _list_known(stage)
    return [
        *(f"a point that no list has: {name}" for name in sorted(passed - known)),
        *(f"a listed point that is not passed: {name}" for name in sorted(always - passed)),
    ]


def read_list(listed: Path) -> tuple[set[str], set[str]]:
    """What is passed always, and what sometimes."""
    lines = listed.read_text().splitlines()
    sometimes = {line.removeprefix(SOMETIMES) for line in lines if line.startswith(SOMETIMES)}
    return {line for line in lines if not line.startswith(SOMETIMES)}, sometimes


def _list_known(stage: Stage) -> set[str]:
    """The points of a stage and of those before it, and what is passed sometimes in any."""
    lists = {each.name: read_list(each.listed) for each in STAGES}
    upto = [lists[each.name][0] for each in STAGES[: STAGES.index(stage) + 1]]
    return set().union(*upto, *(sometimes for _, sometimes in lists.values()))
