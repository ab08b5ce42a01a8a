"""The lease: one worker at a time per connection.

It is a row's owner and an end, renewed while work goes on, so a worker that died is replaced after `LEASE_SPAN` at the
latest. The end is told and judged by PostgreSQL's time, which every worker goes by (`app.clock`).

It fences too: every transaction that records renews the lease as its first statement, which locks the connection's row
until it commits, and does nothing when the lease is no longer ours; one that is a single statement has that in itself.
Whoever touches a connection and its links locks in that order: connection, links, changes. A story of two: worker A
hangs in a call past its lease; B takes over and reconciles; A's call returns, A's transaction finds the owner changed
and raises `LeaseLost`; nothing of A's is recorded, and what its call did in Xero is found by B's reads.

No sign of a worker's death shortens the span. What vanishes with a process, as a session of PostgreSQL's with its
advisory locks, vanishes with a restart of PostgreSQL and a cut line too, while a write of that worker is under way at
Xero, where no fence reaches; and a pooler that hands sessions around keeps such a lock for whoever comes next.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from app.clock import Clock
from app.db.connections import leases
from app.db.postgres.session import Database, WriteSession
from app.domain.connections.connection import Connection
from app.errors import LeaseLost
from app.metrics import LEASES

LEASE_SPAN = timedelta(seconds=90)
"""Longer than the slowest single call to Xero, which is the longest time without a renewal: it comes before each."""

RENEW_AFTER = timedelta(seconds=20)
"""Together with one more call this stays below the span."""


class Lease:
    """This worker's hold on one connection."""

    def __init__(self, database: Database, clock: Clock, taken_of: Connection, owner: str) -> None:
        self._database = database
        self._clock = clock
        self.connection_id = taken_of.id
        self._taken_of: Connection | None = taken_of
        self._owner = owner
        self._renewed_at = clock.now()
        self._may_be_back = False
        self.consents = taken_of.consents
        """How many the connection had when the round began."""
        self.seen = leases.Seen(taken_of.settings_version, taken_of.state)
        """The connection as the lease was renewed last; in a transaction that records it stays so until that ends."""
        self.looked_for: set[UUID] = set()
        """Links whose creates were looked for under this lease, after an older copy was restored."""

    @classmethod
    async def take(cls, database: Database, clock: Clock, connection_id: UUID) -> "Lease | None":
        """The lease of an active connection, or None when another worker has it or nothing may be done now."""
        owner, now = uuid4().hex, clock.now()
        async with database.writing_bare() as driver:
            taken = await leases.take_lease(driver, connection_id, owner, now, now + LEASE_SPAN)
        if taken.connection is not None:
            LEASES.labels("taken_over" if taken.is_takeover else "taken").inc()
            return cls(database, clock, taken.connection, owner)
        if taken.is_busy:
            LEASES.labels("busy").inc()
        return None

    @property
    def is_held(self) -> bool:
        """Whether it is surely ours: it has not run out, and nothing is on its way that may give it back."""
        return not self._may_be_back and self._clock.now() < self._renewed_at + LEASE_SPAN

    @asynccontextmanager
    async def recording(self) -> AsyncIterator[WriteSession]:
        """A transaction that commits only while the lease is ours; raises `LeaseLost` otherwise."""
        async with self._database.writing() as session:
            await self._fence(session)
            yield session

    @asynccontextmanager
    async def recording_one(self) -> AsyncIterator[leases.Fenced]:
        """The same for a single statement, which holds the fence in itself and is one round trip."""
        now = self._clock.now()
        async with self._database.writing_bare() as driver:
            yield leases.Fenced(driver, self.connection_id, self._owner, now + LEASE_SPAN, self._note)
        self._renewed_at = now

    async def begin_round(self) -> Connection:
        """The connection as it is now, with the lease renewed; for the first round, as it was when it was taken."""
        taken, self._taken_of = self._taken_of, None
        connection = taken if taken is not None else await self.renew()
        self.consents = connection.consents
        return connection

    async def renew(self) -> Connection:
        """The connection as it is now, with the lease renewed."""
        now = self._clock.now()
        async with self._database.writing_bare() as driver:
            connection = await leases.renew_and_find(
                driver, self.connection_id, self._owner, now + LEASE_SPAN
            )
        if connection is None:
            raise LeaseLost
        self._note(leases.Seen(connection.settings_version, connection.state))
        self._renewed_at = now
        return connection

    async def keep(self) -> None:
        """Renew the lease if it is time to, so that it outlasts the call to come."""
        if self._clock.now() > self._renewed_at + RENEW_AFTER:
            await self.renew()

    async def _fence(self, session: WriteSession) -> None:
        until = self._clock.now() + LEASE_SPAN
        seen = await leases.renew_lease(session, self.connection_id, self._owner, until)
        if seen is None:
            raise LeaseLost
        self._note(seen)
        self._renewed_at = self._clock.now()

    def _note(self, seen: leases.Seen) -> None:
        self.seen = seen

    async def release(self, seen: int, *, unless_behind: bool = False) -> bool:
        """Give it back unless a trigger came since generation `seen`, or a link is behind where that is asked; False
        means: go on.
        """
        self._may_be_back = True
        async with self._database.writing_bare() as driver:
            is_back = await leases.release_lease(
                driver, self.connection_id, self._owner, seen, unless_behind=unless_behind
            )
        self._may_be_back = is_back
        return is_back

    async def postpone(
        self, retry_at: datetime, reason: str, *, bulk_alone: bool = False, by_consents: int | None = None
    ) -> None:
        """Give it back with work left, to be taken up at that time; people's work at any, where a bulk alone waits. At
        once where that was about consents, of which there are more by now than `by_consents`.
        """
        self._may_be_back = True
        async with self._database.writing_bare() as driver:
            await leases.postpone(
                driver,
                self.connection_id,
                self._owner,
                retry_at,
                reason,
                bulk_alone=bulk_alone,
                by_consents=by_consents,
            )

    async def go_on(self) -> None:
        """What the work was put off for is over before its time."""
        async with self._database.writing_bare() as driver:
            await leases.go_on(driver, self.connection_id, self._owner)

    async def drop(self) -> None:
        """Give it back as it is."""
        self._may_be_back = True
        async with self._database.writing_bare() as driver:
            await leases.drop_lease(driver, self.connection_id, self._owner)
