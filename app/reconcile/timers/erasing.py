"""The timer that erases what is kept of a business, once somebody asked and Xero was told that the app is gone.

Small transactions, so that it holds nothing up. When this process dies in the middle, the claim runs out and another
goes on with what is left; the erasure is called ended by the transaction that found nothing left, and not before.
"""

from datetime import timedelta

from app.clock import Clock
from app.db.life.erasures import claim_erasure, erase_some
from app.db.postgres.session import Database

BATCH = 500
MOST_BATCHES = 200
"""Of a run of the timer; what is left waits for the next."""

CLAIM = timedelta(minutes=2)


class Erasures:
    """Carries out what was asked for; any number of these may run."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def erase_due(self) -> int:
        """Erase as much as a run may; answers how many batches that were."""
        batches = 0
        while batches < MOST_BATCHES:
            now = self._clock.now()
            async with self._database.writing_one() as session:
                connection_id = await claim_erasure(session, now, now + CLAIM)
            if connection_id is None:
                break
            is_left = True
            while is_left and batches < MOST_BATCHES:
                batches += 1
                async with self._database.writing() as session:
                    is_left = await erase_some(session, connection_id, BATCH, self._clock.now())
        return batches
