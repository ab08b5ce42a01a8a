"""The queue of nudges in memory, and what of Redis an API asks for besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.waker import DELIVER, READ, RECONCILE, TAKE_IN

A_MINUTE = 60_000


@dataclass(frozen=True)
class Nudge:
    """Somebody is to look at a connection, or at what Xero sent (None)."""

    job: str
    connection_id: UUID | None

    def __str__(self) -> str:
        return self.job


class Nudges:
    """What waits for a worker. One that waits already is not queued again, as the marks in Redis have it."""

    def __init__(self) -> None:
        self.waiting: list[Nudge] = []

    def add(self, job: str, connection_id: UUID | None) -> None:
        """Wake somebody."""
        nudge = Nudge(job, connection_id)
        if nudge not in self.waiting:
            self.waiting.append(nudge)


class SimulatedWaker:
    """The `Waker` of every process."""

    def __init__(self, nudges: Nudges) -> None:
        self._nudges = nudges

    async def reconcile_soon(self, connection_ids: Sequence[UUID]) -> None:
        """Look at these connections now."""
        for connection_id in connection_ids:
            self._nudges.add(RECONCILE, connection_id)

    async def deliver_soon(self, connection_id: UUID) -> None:
        """Send what waits for this connection's partner now."""
        self._nudges.add(DELIVER, connection_id)

    async def read_soon(self, connection_id: UUID) -> None:
        """Look at what this connection's partner holds now."""
        self._nudges.add(READ, connection_id)

    async def take_in_soon(self) -> None:
        """Read what Xero sent now."""
        self._nudges.add(TAKE_IN, None)

    async def begin(self, job: str, connection_id: UUID | None = None) -> None:
        """The nudge was taken from the queue as its job began."""


class _FirstCalls:
    def __init__(self) -> None:
        self._calls = 0

    def eval(self, *_: Any) -> None:
        self._calls += 1

    async def execute(self) -> list[tuple[int, int]]:
        return [(1, A_MINUTE)] * self._calls


class NoRedis:
    """Counts no calls: each is a caller's first of its minute."""

    def pipeline(self, *, transaction: bool) -> "_FirstCalls":
        """What counts calls together."""
        assert not transaction
        return _FirstCalls()

    async def ping(self) -> bool:
        """It is up."""
        return True
