"""A stage: a small world in which something is due, the process that does it, and what must be true in the end.

The process is killed at each point that it passes and no stage before this one did. Another worker then goes on, and
what holds after every story must hold, and what the stage itself promises.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from tests.chaos.story import Act, Story
from tests.chaos.worker import Death, Job, Order, Process, work

PAST_A_LEASE = timedelta(minutes=2)
"""When a dead worker's lease has run out, and its claims of what is sent."""

LISTED = Path(__file__).parent.parent / "listed"

Look = Callable[[Story], Awaitable[Sequence[str]]]
"""Answers what is not as it should be, in words."""


class Life(Protocol):
    """What the process does, until it ends or dies at that point."""

    async def live(self, story: Story, kill_at: int | None) -> Death: ...


@dataclass(frozen=True)
class Work:
    """A worker that does these jobs; one that fails is what the stage is about where they `may_fail`."""

    jobs: tuple[Job, ...]
    may_fail: bool = False

    async def live(self, story: Story, kill_at: int | None) -> Death:
        """Do them in a process of its own."""
        house = story.house
        order = Order(
            house.settings, house.connection_id, house.clock.now(), kill_at, self.jobs, self.may_fail
        )
        return await Process(work, order).end()


async def find_nothing(_: Story) -> Sequence[str]:
    """Nothing more than what holds after every story."""
    return ()


@dataclass(frozen=True)
class Stage:
    """One such world."""

    name: str
    """Also of the list of its points."""
    make: Act
    """Makes it: what stood before, and what is due now."""
    life: Life
    follow: Look = find_nothing
    """What others do once the process is dead: timers that come again, people who ask again."""
    promise: Look = find_nothing
    """What must be true in the end."""
    lives_on: bool = True
    """Whether there is a connection in the end, of which both sides can be compared."""

    @property
    def listed(self) -> Path:
        """Its points, less those of the stages before."""
        return LISTED / f"{self.name}.txt"
