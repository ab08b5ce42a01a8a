"""The lease: one worker at a time per connection.

It is a row's owner and an end, renewed while work goes on, so a worker that died is replaced after `LEASE_SPAN` at
the latest. It fences too: every transaction that records renews the lease as its first statement, which locks the
connection's row until it commits, and does nothing when the lease is no longer ours. Whoever touches a connection and
its links locks in that order: connection, links, changes. A story of two: worker A hangs in a call past its lease; B
takes over and reconciles; A's call returns, A's transaction finds the owner changed and raises `LeaseLost`; nothing
of A's is recorded, and what its call did in Xero is found by B's reads.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from app.clock import Clock
from app.db import connections
from app.db.session import Database, WriteSession
from app.domain.connection import Connection
from app.errors import LeaseLost
from app.metrics import LEASES

LEASE_SPAN = timedelta(seconds=90)
"""Longer than the slowest single call to Xero, which is the longest time without a renewal."""


RENEW_AFTER = timedelta(seconds=20)
"""Together with one more call this stays below the span."""


class Lease:
    """This worker's hold on one connection."""

    def __init__(self, database: Database, clock: Clock, connection_id: UUID, owner: str) -> None:
        self._database = database
        self._clock = clock
        self.connection_id = connection_id
        self._owner = owner
        self._renewed_at = clock.now()
        self.looked_for: set[UUID] = set()
        """Links whose creates were looked for under this lease, after an older copy was restored."""

    @classmethod
    async def take(cls, database: Database, clock: Clock, connection_id: UUID) -> "Lease | None":
        """The lease of an active connection, or None when another worker has it or nothing may be done now."""
        owner, now = uuid4().hex, clock.now()
        async with database.writing() as session:
            taken = await connections.take_lease(session, connection_id, owner, now, now + LEASE_SPAN)
            is_busy = taken is None and await connections.is_leased(session, connection_id, now)
        if taken is not None:
            LEASES.labels("taken_over" if taken.is_takeover else "taken").inc()
        elif is_busy:
            LEASES.labels("busy").inc()
        return cls(database, clock, connection_id, owner) if taken else None

    @asynccontextmanager
    async def recording(self) -> AsyncIterator[WriteSession]:
        """A transaction that commits only while the lease is ours; raises `LeaseLost` otherwise."""
        async with self._database.writing() as session:
            await self._fence(session)
            yield session

    async def renew(self) -> Connection:
        """The connection as it is now, with the lease renewed."""
        async with self._database.writing() as session:
            await self._fence(session)
            connection = await connections.find_connection(session, self.connection_id)
        if connection is None:
            raise LeaseLost
        return connection

    async def keep(self) -> None:
        """Renew the lease if it is time to, so that it outlasts the longest call to come."""
        if self._clock.now() > self._renewed_at + RENEW_AFTER:
            await self.renew()

    async def _fence(self, session: WriteSession) -> None:
        until = self._clock.now() + LEASE_SPAN
        if not await connections.renew_lease(session, self.connection_id, self._owner, until):
            raise LeaseLost
        self._renewed_at = self._clock.now()

    async def release(self, seen: int) -> bool:
        """Give it back unless a trigger came since generation `seen`; False means: go on."""
        async with self._database.writing() as session:
            return await connections.release_lease(session, self.connection_id, self._owner, seen)

    async def postpone(self, retry_at: datetime, reason: str, *, bulk_alone: bool = False) -> None:
        """Give it back with work left, to be taken up at that time; people's work at any, where a bulk alone waits."""
        async with self._database.writing() as session:
            await connections.postpone(
                session, self.connection_id, self._owner, retry_at, reason, bulk_alone=bulk_alone
            )

    async def drop(self) -> None:
        """Give it back as it is."""
        async with self._database.writing() as session:
            await connections.drop_lease(session, self.connection_id, self._owner)
