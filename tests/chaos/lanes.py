"""Lanes: processes that each have servers of their own, and live one task after another.

What a task raises is a failure of that task alone, told like any other; one that does not come to an end is cut off.
"""

import asyncio
import multiprocessing
import os
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass

from tests.chaos.ground import Ground, be_silent, open_ground, open_own_servers
from tests.chaos.judging import Findings
from tests.chaos.tally import Outcome

LONGEST_TASK_SECONDS = 600

Run = Callable[[Ground, int], Awaitable[Outcome]]


@dataclass(frozen=True)
class Task:
    """Something to live through: a part's function, by its name in the module, and a number that decides all of it."""

    run: Run
    number: int
    name: str
    longest_seconds: int = LONGEST_TASK_SECONDS


class Lane:
    """What one process of the pool keeps from task to task."""

    def __init__(self) -> None:
        be_silent()
        self._runner = asyncio.Runner()
        self._stack = ExitStack()
        servers = self._stack.enter_context(open_own_servers())
        # Kept, and never closed: whoever forgot it would lose the house that all stories go on from.
        self._open = AsyncExitStack()
        self._ground = self._runner.run(self._open.enter_async_context(open_ground(servers)))

    def live(self, task: Task) -> Outcome:
        """Live through a task; never raises for what it came to."""
        try:
            return self._runner.run(_limited(task.run(self._ground, task.number), task.longest_seconds))
        except Exception:  # noqa: BLE001, RUF100 - whatever it is, it is told
            told = traceback.format_exc(limit=-5)
            return Outcome(task.name, Findings(diverged=[f"it broke off: {told}"]))


async def _limited(running: Awaitable[Outcome], seconds: int) -> Outcome:
    async with asyncio.timeout(seconds):
        return await running


_lanes: list[Lane] = []


def _open_lane() -> None:
    _lanes.append(Lane())


def _live(task: Task) -> Outcome:
    return _lanes[0].live(task)


def run_tasks(tasks: Sequence[Task], lanes: int | None = None) -> Iterator[Outcome]:
    """The outcomes of tasks, as they come."""
    count = lanes or min(4, os.cpu_count() or 1)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=spawn, initializer=_open_lane) as pool:
        futures: list[Future[Outcome]] = [pool.submit(_live, task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
