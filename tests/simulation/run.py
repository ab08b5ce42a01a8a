"""Simulations as a part of `tests.chaos`: a seed's history lived, and the shortest that still fails where one fails.

`run_simulations` is a task for the lanes of `tests.chaos`; it lives its histories in a thread, on a loop of simulated
time. A seed decides all of its history, whatever was lived before it in the same process.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from app import schema
from app.settings import Settings
from tests.chaos.ground import Ground
from tests.chaos.judging import Findings
from tests.chaos.tally import Outcome
from tests.simulation.drawing import Step, draw_history, write_history
from tests.simulation.history import Verdict, run_history
from tests.simulation.joined import Joined, open_joined
from tests.simulation.loop import SimulatedLoop
from tests.simulation.shrinking import Shrinker

HISTORIES = 10
"""Of one task."""

Result = TypeVar("Result")


@asynccontextmanager
async def open_simulation(servers: Settings) -> AsyncIterator[Joined]:
    """The ground of histories, on a database of its own; the loop that runs is one of simulated time."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    async with schema.scratch_database(servers.database_url) as url:
        await asyncio.to_thread(schema.upgrade, url)
        async with open_joined(url, loop) as base:
            yield base


class Stage:
    """The ground of a process, kept from task to task: walking to the joined house takes as long as some histories."""

    def __init__(self, servers: Settings) -> None:
        self._runner = asyncio.Runner(loop_factory=SimulatedLoop)
        self._doing: asyncio.Task[Any] | None = None
        # Kept, and never closed: whoever forgot it would lose the house that all histories go on from.
        self._open = AsyncExitStack()
        self.base = self.run(self._open.enter_async_context(open_simulation(servers)))

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do some work on the loop of simulated time."""
        return self._runner.run(self._do(work))

    def break_off(self) -> None:
        """From another thread: what is being done here ends where it is."""
        if self._doing is not None:
            self._runner.get_loop().call_soon_threadsafe(self._doing.cancel)

    def close(self) -> None:
        """For who has servers of his own, and ends them."""
        self.run(self._open.aclose())
        self._runner.close()

    async def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        self._doing = asyncio.current_task()
        return await work


_stages: dict[str, Stage] = {}
_left: list[Stage] = []
"""Those in which a task was cut off."""


async def run_simulations(ground: Ground, seed: int) -> Outcome:
    """So many histories, from a seed on; those that fail are told with their shortest."""
    return await live_in_thread(ground.servers, range(seed, seed + HISTORIES))


async def live_in_thread(servers: Settings, seeds: Sequence[int]) -> Outcome:
    """Live histories beside this loop; who is cut off here cuts them off, and the stage is another for the next."""
    lived = asyncio.ensure_future(asyncio.to_thread(_live_all, servers, seeds))
    try:
        return await asyncio.shield(lived)
    except asyncio.CancelledError:
        if stage := _stages.get(servers.database_url):
            stage.break_off()
        # Two at once would share the chance and the time of this process.
        await asyncio.wait([lived])
        # Not closed: on its loop there may be somebody at a gate who is never let go. It ends with its process.
        if stage := _stages.pop(servers.database_url, None):
            _left.append(stage)
        raise


def close_stage(servers: Settings) -> None:
    """End the stage on these servers, where there is one."""
    if stage := _stages.pop(servers.database_url, None):
        stage.close()


def _live_all(servers: Settings, seeds: Sequence[int]) -> Outcome:
    stage = _stages.get(servers.database_url) or _stages.setdefault(servers.database_url, Stage(servers))
    return stage.run(live(stage.base, seeds))


async def live(base: Joined, seeds: Sequence[int]) -> Outcome:
    """Live the histories of these seeds one after the other."""
    findings, faults, held = Findings(), 0, list[str]()
    for seed in seeds:
        verdict = await run_history(base, draw_history(seed))
        faults += verdict.faults
        held += verdict.held
        if verdict.findings:
            findings.add(await explain(base, seed, verdict))
    await base.tidy()
    title = f"simulations {seeds[0]} to {seeds[-1]}"
    return Outcome(title, findings, histories=len(seeds), faults=faults, held=tuple(held))


async def explain(base: Joined, seed: int, verdict: Verdict) -> Findings:
    """What went wrong, with the shortest history in which it does, and how to live that again."""
    shortest = await shrink(base, draw_history(seed), verdict.findings)
    told = f"seed {seed}: python -m tests.simulation '{write_history(shortest)}': "
    return Findings(
        **{kind: [told + each for each in found] for kind, found in vars(verdict.findings).items()}
    )


async def shrink(base: Joined, steps: Sequence[Step], findings: Findings) -> list[Step]:
    """The shortest history that goes wrong in one of these kinds."""
    kinds = _list_kinds(findings)

    async def fails(tried: Sequence[Step]) -> bool:
        return bool(kinds & _list_kinds((await run_history(base, tried)).findings))

    return await Shrinker(fails).shrink(steps)


def _list_kinds(findings: Findings) -> set[str]:
    return {kind for kind, found in vars(findings).items() if found}
