"""A bounded wait for the loop, for calls whose outcome a person watches: the row is read until it tells the outcome.

Nothing depends on it: what was asked for is committed before, and the loop carries it out whether anybody waits or not.
The wait is measured by the machine's own clock, and no database session is open between two looks.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

FIRST_LOOK, LONGEST_PAUSE = 0.05, 0.5
"""Seconds between two looks, growing by half from the first to the longest."""

T = TypeVar("T")


async def wait_until(
    look: Callable[[], Awaitable[T]], is_told: Callable[[T], bool], patience: timedelta
) -> T:
    """What `look` answered last: the first answer that `is_told` accepts, or the one at the end of the wait."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + patience.total_seconds(), FIRST_LOOK
    while True:
        seen = await look()
        left = until - loop.time()
        if is_told(seen) or left <= 0:
            return seen
        await asyncio.sleep(min(pause, left))
        pause = min(LONGEST_PAUSE, pause * 1.5)
