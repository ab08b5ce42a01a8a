"""An event loop whose time stands still until somebody moves it, so that no timer depends on how fast a machine is.

The network of a simulation is in memory, so that what waits for the selector is PostgreSQL alone.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from app.clock import ManualClock


class SimulatedLoop(asyncio.SelectorEventLoop):
    """asyncio's own, but for the time."""

    # What asyncio keeps to itself, whose types nobody tells.
    _ready: Collection[asyncio.Handle]
    _scheduled: Collection[asyncio.TimerHandle]

    def __init__(self) -> None:
        self._simulated_at = 0.0
        super().__init__()

    def time(self) -> float:
        """Seconds since the beginning, as far as they were moved on."""
        return self._simulated_at

    def move(self, seconds: float) -> None:
        """Let time pass: timers that come due by it run next."""
        self._simulated_at += seconds

    @property
    def is_idle(self) -> bool:
        """Whether nobody but the task that asks can go on by itself; who waits for the selector is not seen."""
        return not self._ready

    def find_next_timer(self) -> float | None:
        """Seconds until the next timer runs; None where none is set."""
        waiting = [each.when() for each in self._scheduled if not each.cancelled()]
        return max(0.0, min(waiting) - self._simulated_at) if waiting else None


class LoopClock(ManualClock):
    """The clock of everything in a simulation; the loop's timers go by it."""

    def __init__(self, loop: SimulatedLoop, now: datetime) -> None:
        super().__init__(now)
        self._loop = loop

    def advance(self, span: timedelta) -> datetime:
        """Move on by a span, the timers too."""
        self._loop.move(span.total_seconds())
        return super().advance(span)
