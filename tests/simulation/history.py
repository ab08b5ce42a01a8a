"""One history: acts of people, troubles and workers, each with a number that decides all that happens until the next.

A step is an act, its number, and how many moves are made before the next step begins: which gate is opened, which nudge
is taken up or lost, which call is cut, who dies. The act draws from its number, and so do the moves, from chances of
their own; so a history without one of its steps is a history too, in which the others are much what they were. Written
as text, a history is replayed exactly by anybody (`app_edit:17:4 xero_pay:3:0`).
"""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from random import Random
from traceback import extract_tb
from typing import Any

from tests.chaos import weather
from tests.chaos.history import A_WHILE, SETTLING_ROUNDS, is_settled
from tests.chaos.judging import Findings, find_restless, judge, note_kept
from tests.chaos.story import Story
from tests.scenarios.both_sides import list_resources
from tests.scenarios.troubles import ask
from tests.simulation.customers import choices_of
from tests.simulation.deciding import open_all
from tests.simulation.drawing import AT_XERO, CALM, COPYING, PEOPLE, Step
from tests.simulation.joined import Joined, Opened
from tests.simulation.judging_customers import judge_customers
from tests.simulation.judging_products import judge_products
from tests.simulation.nudges import Nudge
from tests.simulation.processes import Worker, build_worker_of
from tests.simulation.scheduler import Gate, Way

BRIEFLY = 2_000
"""Characters that are told of what broke; a statement of ours may be longer."""

MOST_JOBS = 4
"""At a time on one worker."""


@dataclass(frozen=True)
class Verdict:
    """What came of a history: what did not hold, what was told of it line by line, and why invoices were held."""

    findings: Findings
    transcript: Sequence[str]
    faults: int
    held: Sequence[str]


@dataclass
class Lived:
    """A history as it is lived."""

    opened: Opened
    story: Story
    acting: list[asyncio.Task[None]] = field(default_factory=list)
    working: list[asyncio.Task[None]] = field(default_factory=list)
    at_xeros_screen: asyncio.Lock = field(default_factory=asyncio.Lock)
    tokens: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    broken: list[str] = field(default_factory=list)
    """What a job or an act ended in, that it should not have."""

    async def live(self, steps: Sequence[Step]) -> None:
        """Live through the steps, then have everybody come to an end."""
        scheduler = self.opened.world.scheduler
        for step in steps:
            scheduler.tell(f"-- {step}")
            if step.act in COPYING:
                await self._copy(step.act)
            else:
                self._begin(step)
            await scheduler.idle()
            chance = Random(f"moves {step.number}")
            if step.moves == CALM:
                await self._calm_down()
            for _ in range(step.moves):
                if not await self._move(chance):
                    break
        scheduler.tell("-- the troubles end")
        self.opened.inhabitants.end()
        await scheduler.calm(lambda: all(task.done() for task in (*self.acting, *self.working)))
        self._note_broken()

    async def _calm_down(self) -> None:
        scheduler, nudges = self.opened.world.scheduler, self.opened.world.nudges
        while True:
            await scheduler.calm(lambda: all(task.done() for task in (*self.acting, *self.working)))
            if not nudges.waiting:
                return
            self._begin_job_of(self.opened.inhabitants.workers[0], nudges.waiting.pop(0))

    def _begin(self, step: Step) -> None:
        people, world = self.opened.inhabitants, self.opened.world
        random = Random(step.number)
        match step.act:
            case "wait":
                return
            case "look":
                self.working.append(random.choice(people.workers).look())
            case "kill_worker":
                people.kill_worker(random.randrange(len(people.workers)))
                self.story.faults += 1
            case "kill_api":
                people.kill_api()
                self.story.faults += 1
            case "replace_worker":
                people.replace_worker(random.randrange(len(people.workers)))
                self.story.faults += 1
            case "shut_down":
                self._shut_down(random)
            case "lose_nudges":
                world.nudges.waiting.clear()
                self.story.faults += 1
            case _:
                self.acting.append(people.people.spawn(self._act(step, random)))

    async def _copy(self, act: str) -> None:
        """The database is copied; or it is lost, with everybody who was at work on it, and the copy takes its place."""
        people, older, clock = self.opened.inhabitants, self.opened.older, self.opened.world.clock
        if act == "save_copy":
            await older.make(clock.now())
        elif older.is_made:
            await note_kept(self.story, older.fetch)
            choices_of(self.story).clear()
            people.kill_all()
            await self.opened.world.scheduler.idle()
            await older.put_back(clock.now())
            self.opened.house.parts = build_worker_of(self.opened.world, people.people)
            self.story.faults += 1

    async def _act(self, step: Step, random: Random) -> None:
        """The act, by somebody with chances of his own; there is one person at Xero's screen."""
        mine = _Part(self.story, random, self.tokens)
        act = PEOPLE[step.act]
        if step.act in AT_XERO:
            async with self.at_xeros_screen:
                await act(mine)
        else:
            await act(mine)
        self.story.faults += mine.faults - mine.faults_before

    def _shut_down(self, random: Random) -> None:
        """One of the jobs is cut off, as when a worker that is to end has no more time for it."""
        under_way = [task for task in self.working if not task.done()]
        if under_way:
            random.choice(under_way).cancel()
            self.story.faults += 1

    async def _move(self, chance: Random) -> bool:
        """One move, and whatever follows from it by itself; False where nothing can move."""
        scheduler = self.opened.world.scheduler
        drawn = chance.random()
        if scheduler.waiting and (drawn < 0.85 or not self._can_begin()):
            gate = chance.choice(scheduler.waiting)
            scheduler.open(gate, self._draw_way(gate, chance))
        elif self._can_begin():
            self._begin_job(chance)
        elif scheduler.has_timer:
            scheduler.pass_to_next_timer()
        else:
            return False
        await scheduler.idle()
        return True

    def _draw_way(self, gate: Gate, chance: Random) -> Way:
        if gate.can_be_cut and chance.random() < 0.04:
            self.story.faults += 1
            return Way.CUT
        return Way.ON

    def _can_begin(self) -> bool:
        return bool(self.opened.world.nudges.waiting and self._list_free())

    def _list_free(self) -> list[Worker]:
        return [each for each in self.opened.inhabitants.workers if len(each.actor.tasks) < MOST_JOBS]

    def _begin_job(self, chance: Random) -> None:
        waiting = self.opened.world.nudges.waiting
        nudge = waiting.pop(chance.randrange(len(waiting)))
        if chance.random() < 0.05:
            self.story.faults += 1
            self.opened.world.scheduler.tell(f"a nudge is lost: {nudge}")
            return
        self._begin_job_of(chance.choice(self._list_free()), nudge)

    def _begin_job_of(self, worker: Worker, nudge: Nudge) -> None:
        self.opened.world.scheduler.tell(f"{worker.actor.name} begins: {nudge}")
        self.working.append(worker.begin(nudge))

    def _note_broken(self) -> None:
        for task in (*self.acting, *self.working):
            if not task.cancelled() and (error := task.exception()) is not None:
                self.broken.append(_describe(error))


def _describe(error: BaseException) -> str:
    """What broke, and where in our code."""
    frames = [f"{each.filename.rpartition('/')[2]}:{each.lineno}" for each in extract_tb(error.__traceback__)]
    return f"{type(error).__name__}: {error} at {' '.join(frames[-4:])}"


class _Part(Story):
    """One act's share of a story: chances of its own, and numbers that no other act has."""

    def __init__(self, whole: Story, random: Random, tokens: Iterator[int]) -> None:
        vars(self).update(vars(copy(whole)))
        self.random = random
        self.faults_before = whole.faults
        self._tokens = tokens

    def token(self) -> int:
        """A number that no other edit of the history has."""
        self.made = next(self._tokens)
        return self.made


async def run_history(base: Joined, steps: Sequence[Step]) -> Verdict:
    """Live through a history, let it settle, and judge it; ids and the like follow from the first step."""
    with base.simulated():
        opened = await base.open_house(f"{steps[0].number}")
        story = Story(opened.house)
        findings, held = await _live_and_judge(opened, story, steps)
        await _send_home(opened)
    return Verdict(findings, opened.transcript, story.faults, held)


async def _live_and_judge(opened: Opened, story: Story, steps: Sequence[Step]) -> tuple[Findings, list[str]]:
    lived = Lived(opened, story)
    try:
        await lived.live(steps)
        findings, held = await opened.world.scheduler.until_done(_settle_and_judge(story))
        findings.diverged += lived.broken
        return findings, held
    except Exception as error:
        return Findings(diverged=[f"it broke off: {_describe(error)}"[:BRIEFLY], *lived.broken]), []


async def _settle_and_judge(story: Story) -> tuple[Findings, list[str]]:
    await _settle(story)
    findings = await judge(story)
    findings.diverged += await judge_products(story)
    findings.diverged += await judge_customers(story)
    findings.diverged += await find_restless(story.house)
    resources = await list_resources(story.house)
    return findings, [each["reason"]["code"] for each in resources.values() if each["state"] == "held"]


async def _settle(story: Story) -> None:
    """The faults stop, everything that waits comes due, both sides are looked through; until nothing is behind."""
    house = story.house
    await weather.clear_up(story)
    for _ in range(SETTLING_ROUNDS):
        # What was disconnected in Xero may be noticed only now.
        await open_all(story)
        house.clock.advance(A_WHILE)
        await ask(house.app.post("/flush"))
        await ask(house.app.post("/manifest"))
        await ask(house.app.post("/contacts/manifest"))
        await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
        await ask(house.api.post(f"{house.path}/compare"))
        await house.sweep()
        if await is_settled(house):
            return


async def _send_home(opened: Opened) -> None:
    """Nobody of this history acts any more."""
    everybody = opened.inhabitants.list_all()
    tasks = [task for actor in everybody for task in actor.tasks]
    for actor in everybody:
        actor.die()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task


async def fetch_final(base: Joined) -> list[str]:
    """What the database holds in the end, as far as it is the history's and not the machine's clock's, or chance's."""
    lines: list[Any] = []
    for table in ("connections", "invoice_links", "contact_links", "changes", "conflicts", "discrepancies"):
        query = f"SELECT (to_jsonb(t) - '{BY_CHANCE}')::text AS row FROM {table} t ORDER BY id"  # noqa: S608 - our names
        lines += [f"{table}: {row['row']}" for row in await base.fetch(query)]
    return lines


BY_CHANCE = "facts_mark"
"""A column that the database draws."""
