"""The shortest history that still goes wrong the same way: steps left out by halves and one by one, then made calm.

Each step has chances of its own, so that those which stay are lived much as before. What is tried is counted, for each
trial lives a whole history.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

from tests.simulation.drawing import CALM, Step

MOST_TRIALS = 150

Fails = Callable[[Sequence[Step]], Awaitable[bool]]
"""Whether a history goes wrong in the way that is looked for."""


class _Spent(Exception):
    """Enough was tried."""


class Shrinker:
    """Shrinks one history."""

    def __init__(self, fails: Fails, most_trials: int = MOST_TRIALS) -> None:
        self._fails = fails
        self._left = most_trials
        self._best: list[Step] = []
        self._failed_not: set[tuple[Step, ...]] = set()

    async def shrink(self, steps: Sequence[Step]) -> list[Step]:
        """The shortest that was found; the history itself is taken to fail."""
        self._best = list(steps)
        try:
            before: list[Step] = []
            while before != self._best:
                before = self._best
                await self._leave_out()
                await self._calm_down()
        except _Spent:
            pass
        return self._best

    async def _leave_out(self) -> None:
        size = max(1, len(self._best) // 2)
        while size:
            at = 0
            while at < len(self._best):
                if not await self._try([*self._best[:at], *self._best[at + size :]]):
                    at += size
            size //= 2

    async def _calm_down(self) -> None:
        for at in range(len(self._best)):
            for calmer in _list_calmer(self._best[at]):
                if await self._try([*self._best[:at], calmer, *self._best[at + 1 :]]):
                    break

    async def _try(self, steps: list[Step]) -> bool:
        if not steps or tuple(steps) in self._failed_not:
            return False
        if not self._left:
            raise _Spent
        self._left -= 1
        if not await self._fails(steps):
            self._failed_not.add(tuple(steps))
            return False
        self._best = steps
        return True


def _list_calmer(step: Step) -> Iterator[Step]:
    """What is easier to read: everything in order, then nothing at all, then fewer moves."""
    if step.moves != CALM:
        yield replace(step, moves=CALM)
    if step.moves > 0:
        yield replace(step, moves=0)
    if step.moves > 1:
        yield replace(step, moves=step.moves // 2)
