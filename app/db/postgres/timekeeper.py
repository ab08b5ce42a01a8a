"""Keeps a process's clock by PostgreSQL's, so that all processes of one database agree on the time (`app.clock`).

It is asked when a process starts and every `LOOK_EVERY` after that, by one query whose way there and back is allowed
for: processes agree within half of that way. Where PostgreSQL does not answer, the clock goes on by itself.

A process may start while PostgreSQL is away. Then it asks every second, and a job of a worker asks before it begins
(`be_sure`), so that none claims anything by a machine's clock.

A machine whose own clock is wrong is told to the operator: once in the log, and for as long as it is in `/readyz` and
the metrics.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from app.clock import SKEW_NOTED, Clock, SharedClock
from app.db.postgres.session import Database
from app.metrics import MACHINE_CLOCK

LOOK_EVERY = timedelta(seconds=10)
AGAIN_AFTER = timedelta(seconds=1)
"""While PostgreSQL has not been asked once."""

PATIENCE_SECONDS = 2.0

QUICK_SECONDS = 0.005
MOST_QUESTIONS = 3
"""Of one look; the first that is answered quickly ends it. A connection prepares the query by its first."""

ASKED = "SELECT clock_timestamp()"

log = structlog.get_logger(__name__)


class Timekeeper:
    """Keeps a `SharedClock`; one that somebody holds in hand, as a test does, is left alone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock if isinstance(clock, SharedClock) else None
        self._has_told = False

    @property
    def ahead(self) -> timedelta | None:
        """How far this machine's clock is ahead of PostgreSQL's; None where that is not known."""
        return self._clock.ahead if self._clock is not None else None

    async def be_sure(self) -> None:
        """Ask unless that was done before; raises what the database raises."""
        if self._clock is not None and not self._clock.is_set:
            await self.look()

    async def look(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Ask PostgreSQL what time it is; raises what the database raises."""
        if self._clock is None:
            return
        async with asyncio.timeout(patience_seconds), self._database.reading_bare() as connection:
            for _ in range(MOST_QUESTIONS):
                before = self._clock.count()
                [[at]] = await connection.fetch(ASKED)
                after = self._clock.count()
                self._clock.set_by(at, before, after)
                if after - before <= QUICK_SECONDS:
                    break
        self._tell()

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """Ask now, and then every so often until the block ends."""
        if self._clock is None:
            yield
            return
        await self._try_to_look()
        keeping = asyncio.create_task(self._keep(self._clock))
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    async def _keep(self, clock: SharedClock) -> None:
        while True:
            await asyncio.sleep((LOOK_EVERY if clock.is_set else AGAIN_AFTER).total_seconds())
            await self._try_to_look()

    async def _try_to_look(self) -> None:
        try:
            await self.look()
        except Exception as error:  # whatever a driver raises, the clock goes on by itself
            log.debug("time_not_asked", error=str(error))

    def _tell(self) -> None:
        """Tell when the machine's clock becomes wrong, and when it is right again."""
        ahead = self.ahead or timedelta()
        MACHINE_CLOCK.set(ahead.total_seconds())
        is_wrong = abs(ahead) > SKEW_NOTED
        if is_wrong == self._has_told:
            return
        self._has_told = is_wrong
        if is_wrong:
            log.warning("machine_clock_wrong", ahead_seconds=ahead.total_seconds(), told=describe_skew(ahead))
        else:
            log.info("machine_clock_right")


def describe_skew(ahead: timedelta) -> str:
    """In words, for an operator."""
    seconds = ahead.total_seconds()
    return f"This machine's clock is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} the database's."
