"""A look at the database that is taken again and again while something is measured, and costs it as little as it can.

A connection of its own for each look would cost PostgreSQL more than the look: a process forked, its catalogue read,
the statement planned. All of PostgreSQL's processor time is ascribed to what is measured, and this would be no small
part of it.
"""

import asyncio
from threading import Lock

import asyncpg

SECONDS = 600


class Watch:
    """One connection, opened by the first look."""

    def __init__(self, database_url: str) -> None:
        self._url, self._lock = database_url, Lock()
        self._runner = asyncio.Runner()
        self._connection: asyncpg.Connection | None = None

    def count(self, statement: str) -> int:
        """The number that a statement answers; from any thread, one at a time."""
        with self._lock:
            return self._runner.run(self._ask(statement))

    async def _ask(self, statement: str) -> int:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url)
        return int(await self._connection.fetchval(statement, timeout=SECONDS))

    def close(self) -> None:
        """Look no more."""
        if self._connection is not None:
            self._runner.run(self._connection.close())
        self._runner.close()
