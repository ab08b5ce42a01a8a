"""One task at a time, and somebody else says which: the gates at which everything waits, and who may go on.

Whatever a history is about passes a gate: each transaction, each call that leaves and each answer that arrives. A task
that comes to one waits there. When nobody can go on by himself (`idle`), one of those that wait is let go, and from
there until its next gate it is the only one that runs: a transaction is one step, so that no row is ever locked when
another wants it, and the order of all that the sides can notice is the order in which the gates were opened.

Whose life is over (`Actor.die`) passes no gate any more: for everybody else it is as if the machine had been switched
off there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any

from tests.simulation.loop import LoopClock, SimulatedLoop

A_MOVE_TAKES = timedelta(milliseconds=7)
MOST_MOVES = 50_000
"""A history that is not over after so many does not come to an end."""


class Way(Enum):
    """How somebody goes on from a gate."""

    ON = "on"
    CUT = "cut"
    """The connection breaks here: what was to be sent, or to be heard, is lost."""


class Stuck(AssertionError):
    """Nobody can go on, and nothing will happen by itself."""


@dataclass(eq=False)
class Actor:
    """A process, or people: somebody who can be gone from one moment to the next."""

    name: str
    is_mortal: bool = True
    is_dead: bool = False
    tasks: dict[asyncio.Task[Any], None] = field(default_factory=dict)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Have him do something beside all else."""
        task = asyncio.create_task(work)
        self.tasks[task] = None
        task.add_done_callback(lambda done: self.tasks.pop(done, None))
        return task

    def die(self) -> None:
        """He is gone: what he was about to do is never done."""
        self.is_dead = True
        for task in list(self.tasks):
            task.cancel()


@dataclass(eq=False)
class Gate:
    """Somebody who waits to go on."""

    actor: Actor
    name: str
    can_be_cut: bool
    opened: asyncio.Future[Way]

    def __str__(self) -> str:
        return f"{self.actor.name}: {self.name}"


class Scheduler:
    """The gates of one history; `tell` hears of each move, one line each."""

    def __init__(self, loop: SimulatedLoop, clock: LoopClock, tell: Callable[[str], None]) -> None:
        self._loop = loop
        self.clock = clock
        self._tell = tell
        self.waiting: list[Gate] = []
        self._holder: asyncio.Task[Any] | None = None
        self._released: asyncio.Future[None] | None = None
        self.moves = 0

    async def wait(self, actor: Actor, name: str, *, can_be_cut: bool = False) -> Way:
        """Wait at a gate; what waits within a step of its own goes on at once."""
        if actor.is_dead:
            raise asyncio.CancelledError(f"{actor.name} is dead")
        if asyncio.current_task() is self._holder:
            return Way.ON
        gate = Gate(actor, name, can_be_cut, self._loop.create_future())
        self.waiting.append(gate)
        try:
            return await gate.opened
        finally:
            if gate in self.waiting:
                self.waiting.remove(gate)

    @asynccontextmanager
    async def step(self, actor: Actor, name: str) -> AsyncIterator[None]:
        """Wait at a gate, and have nobody else let go until the block ends."""
        task = asyncio.current_task()
        if task is self._holder:
            yield
            return
        await self.wait(actor, name)
        self._holder = task
        try:
            yield
        finally:
            self._holder = None
            if self._released is not None and not self._released.done():
                self._released.set_result(None)

    async def idle(self) -> None:
        """Return when nobody can go on unless a gate is opened, or time passes."""
        # Once round the loop: timers that the time has passed are seen there.
        await asyncio.sleep(0)
        while self._holder is not None or not self._loop.is_idle:
            if self._holder is not None and self._loop.is_idle:
                self._released = self._loop.create_future()
                await self._released
                self._released = None
            else:
                await asyncio.sleep(0)

    def open(self, gate: Gate, way: Way = Way.ON) -> None:
        """Let one go on."""
        self.waiting.remove(gate)
        self.clock.advance(A_MOVE_TAKES)
        self.tell(f"{gate}" if way is Way.ON else f"{gate}, {way.value}")
        gate.opened.set_result(way)

    def tell(self, what: str) -> None:
        """One line of the transcript, with the time."""
        self.moves += 1
        if self.moves > MOST_MOVES:
            raise Stuck(f"no end after {MOST_MOVES} moves")
        self._tell(f"{self.clock.now():%d %H:%M:%S.%f} {what}")

    async def until_done(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Let everybody go on in the order in which they came, until this work is done; answers what it does."""
        task = asyncio.create_task(work)
        await self.calm(lambda: task.done())
        return task.result()

    async def calm(self, is_over: Callable[[], bool]) -> None:
        """Let everybody go on in the order in which they came, nothing going wrong; raises `Stuck`."""
        await self.idle()
        while not is_over():
            if self.waiting:
                self.open(self.waiting[0])
            else:
                self.pass_to_next_timer()
            await self.idle()

    @property
    def has_timer(self) -> bool:
        """Whether somebody waits for the time to pass."""
        return self._loop.find_next_timer() is not None

    def pass_to_next_timer(self) -> None:
        """Nobody can go on but by a timer: the time passes until it runs."""
        seconds = self._loop.find_next_timer()
        if seconds is None:
            raise Stuck(f"nobody can go on: {[str(task) for task in asyncio.all_tasks(self._loop)]}")
        # A timer may be a billionth of a second away, which is less than a span can be: time must pass all the same.
        self.clock.advance(timedelta(seconds=seconds) or timedelta.resolution)
