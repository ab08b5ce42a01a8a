"""The timer that forgets what is too old to be of use, by the rules of `db.upkeep.pruning`.

In small batches, each a transaction of its own; what one run does not reach is left to the next.
"""

from app.clock import Clock
from app.db.postgres.session import Database
from app.db.upkeep.pruning import RULES, Rule, prune

BATCH = 500
MOST_BATCHES = 40


class Forgetting:
    """Safe to run on several workers at once: each takes rows that no other has."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def forget(self) -> int:
        """Forget what had its time; answers how many rows that were."""
        return sum([await self._forget(rule) for rule in RULES])

    async def _forget(self, rule: Rule) -> int:
        total = 0
        for _ in range(MOST_BATCHES):
            async with self._database.writing() as session:
                count = await prune(session, rule, self._clock.now(), BATCH)
            total += count
            if count < BATCH:
                break
        return total
