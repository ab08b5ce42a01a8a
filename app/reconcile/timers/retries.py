"""The timer of what is held: it looks again where a cause may have lifted without anybody telling.

It only triggers and wakes, in any number of workers; a run that is cut off leaves what it did not reach for the next.
"""

from datetime import timedelta

from app.clock import Clock
from app.db.links.bars import list_probes_due, probe
from app.db.links.holds import ask_for_facts, list_facts_wanted, list_retries_due, trigger_retries
from app.db.postgres.session import Database
from app.domain.xero.part import FACT_CODES
from app.reconcile.ports import Waker

FACTS_CHECKED_EVERY = timedelta(hours=1)
"""How soon facts are read again while a link is held for one of them."""

CONNECTIONS_AT_ONCE = 500


class Retries:
    """Gives held links their next look."""

    def __init__(self, database: Database, waker: Waker, clock: Clock) -> None:
        self._database = database
        self._waker = waker
        self._clock = clock

    async def retry_held(self) -> int:
        """Trigger the held links whose time has come, ask for facts that hold others, and try one of what a bar holds;
        answers how many connections.

        One transaction for each connection, which locks its row before its links.
        """
        now = self._clock.now()
        async with self._database.reading() as session:
            due = await list_retries_due(session, now, CONNECTIONS_AT_ONCE)
            before = now - FACTS_CHECKED_EVERY
            wanting = await list_facts_wanted(session, FACT_CODES, before, CONNECTIONS_AT_ONCE)
            barred = await list_probes_due(session, now, CONNECTIONS_AT_ONCE)
        for connection_id in due:
            async with self._database.writing() as session:
                await trigger_retries(session, connection_id, now)
        for connection_id in wanting:
            async with self._database.writing() as session:
                await ask_for_facts(session, connection_id)
        for connection_id in barred:
            async with self._database.writing() as session:
                await probe(session, connection_id, now)
        found = list(dict.fromkeys([*due, *wanting, *barred]))
        await self._waker.reconcile_soon(found)
        return len(found)
