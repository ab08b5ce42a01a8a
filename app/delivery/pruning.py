"""The timer that forgets what was sent: a month's record is kept, and copies that nobody took are given up.

It goes in small batches, each a transaction of its own, so that it holds nothing up; what one run does not reach is
left to the next.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from app.clock import Clock
from app.db.delivery.copies import give_up_copies
from app.db.delivery.delivery_log import end_left_behind, prune_attempts, prune_deliveries
from app.db.postgres.session import Database, WriteSession
from app.delivery.copies import GIVEN_UP_AFTER

KEPT_FOR = timedelta(days=30)
BATCH = 500
MOST_BATCHES = 20

_Step = Callable[[WriteSession, datetime, int], Awaitable[int]]


class Pruning:
    """Safe to run on several workers at once: each takes rows that no other has."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def prune(self) -> int:
        """Forget and give up what has had its time; answers how many rows that were."""
        now = self._clock.now()
        steps: tuple[tuple[_Step, datetime], ...] = (
            (give_up_copies, now - GIVEN_UP_AFTER),
            (end_left_behind, now),
            (prune_deliveries, now - KEPT_FOR),
            (prune_attempts, now - KEPT_FOR),
        )
        return sum([await self._repeat(step, before) for step, before in steps])

    async def _repeat(self, step: _Step, before: datetime) -> int:
        total = 0
        for _ in range(MOST_BATCHES):
            async with self._database.writing() as session:
                count = await step(session, before, BATCH)
            total += count
            if count < BATCH:
                break
        return total
