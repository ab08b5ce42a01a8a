"""Wakes workers: puts a job that says "look at this connection" into the queue of arq.

A nudge may be lost, by a Redis that is down, flushed or dying: truth is in the database, and the sweep nudges whatever
is behind. What must not happen is that a nudge is swallowed while all is well. arq drops a job whose id is queued or
running, and a dropped nudge would leave this:

    1. The worker runs `deliver` for a connection. It finds nothing more to send, and is about to end.
    2. A reconcile commits a change and nudges `deliver` for the same connection: dropped, since its job still runs.
    3. The job of 1 ends. The change waits for the sweep.

So every job has an id of its own, and what holds a second one back is a mark: set with the job, taken off by the job
before it reads anything. A nudge that finds the mark may go, because a job that has not begun will see what the nudge
is about, which was committed before; a nudge that comes later finds no mark and gets a job of its own. A burst of
nudges costs one job, not one each. A mark whose job was lost runs out by itself.

A worker that has nothing to do waits for a call, which goes with every job, rather than for its next look at the queue.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from app.batcher import Batcher
from app.telemetry import find_correlation_id
from app.tracing import write_parent

QUEUE = "plumbline:jobs"
RECONCILE = "reconcile"
DELIVER = "deliver"
READ = "read_partner"
TAKE_IN = "take_in_webhooks"

CALLS = "plumbline:calls"
"""A list on which idle workers wait: each entry has one of them look at the queue."""

MOST_CALLS = 20
"""Calls that are kept while nobody waits for one; who looks takes all jobs that he has room for."""

MARK_LASTS = timedelta(seconds=30)
"""How late a nudge can come after its job was lost between queue and worker."""

DUE_SINCE = timedelta(hours=-1)
"""A job is queued as one that was due by then. arq takes a job whose time has come by the worker's machine, so that one
of a machine which is ahead would wait for as long as it is; the order of jobs stays.
"""

STORM_RESTS = timedelta(milliseconds=5)
"""Between two nudges to read what Xero sent: webhooks that come meanwhile go into the next one together."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Nudge:
    """A job for a connection, or for all of them (None), for the sake of what has that correlation id, and that trace
    where there is one.
    """

    job: str
    connection_id: UUID | None
    correlation_id: str | None = None
    trace: str | None = None


class Queue(Protocol):
    """What is used of arq's client; `delete` is awaited, though redis-py does not type it so."""

    async def enqueue_job(self, function: str, *args: Any, _defer_by: timedelta) -> Any: ...
    def pipeline(self, transaction: bool) -> Pipeline: ...
    def delete(self, *names: str) -> Any: ...


class ArqWaker:
    """The `Waker` over arq's queue. No method raises because of Redis: what nudges has committed its work already.

    Nudges that come at about the same time go to Redis together.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._nudges: Batcher[Nudge, None] = Batcher(self._nudge_all)
        self._storm: Batcher[Nudge, None] = Batcher(self._nudge_and_rest)

    async def reconcile_soon(self, connection_ids: Sequence[UUID]) -> None:
        """Look at these connections now."""
        await self._nudge(RECONCILE, connection_ids)

    async def deliver_soon(self, connection_id: UUID) -> None:
        """Send what waits for this connection's partner now."""
        await self._nudge(DELIVER, [connection_id])

    async def read_soon(self, connection_id: UUID) -> None:
        """Look at what this connection's partner holds now."""
        await self._nudge(READ, [connection_id])

    async def take_in_soon(self) -> None:
        """Read what Xero sent now; of a storm, again every `STORM_RESTS`, and once after the last."""
        await self._storm.join(Nudge(TAKE_IN, None))

    async def begin(self, job: str, connection_id: UUID | None = None) -> None:
        """Take off the mark: called by a job before it reads anything, so that later nudges get a job of their own."""
        await self._queue.delete(_mark(job, connection_id))

    async def _nudge(self, job: str, connection_ids: Sequence[UUID]) -> None:
        correlation_id, trace = find_correlation_id(), write_parent()
        nudges = [Nudge(job, connection_id, correlation_id, trace) for connection_id in connection_ids]
        await self._nudges.join_all(nudges)

    async def _nudge_and_rest(self, nudges: Sequence[Nudge]) -> list[None]:
        done = await self._nudge_all(nudges)
        await asyncio.sleep(STORM_RESTS.total_seconds())
        return done

    async def _nudge_all(self, nudges: Sequence[Nudge]) -> list[None]:
        # Of several for the same the first is the one; it is as good as any.
        first = {(nudge.job, nudge.connection_id): nudge for nudge in reversed(nudges)}
        try:
            await self._queue_unmarked(list(first.values()))
        except (RedisError, OSError) as error:
            for nudge in first.values():
                log.warning(
                    "nudge_lost", job=nudge.job, connection_id=str(nudge.connection_id), error=str(error)
                )
        return [None] * len(nudges)

    async def _queue_unmarked(self, nudges: Sequence[Nudge]) -> None:
        async with self._queue.pipeline(transaction=False) as marking:
            for nudge in nudges:
                marking.set(_mark(nudge.job, nudge.connection_id), "1", nx=True, ex=MARK_LASTS)
            are_new = await marking.execute()
        new = [nudge for nudge, is_new in zip(nudges, are_new, strict=True) if is_new]
        await asyncio.gather(*map(self._queue_one, new))
        if new:
            await self._call_workers(min(len(new), MOST_CALLS))

    async def _call_workers(self, count: int) -> None:
        async with self._queue.pipeline(transaction=False) as calling:
            calling.lpush(CALLS, *[""] * count)
            calling.ltrim(CALLS, 0, MOST_CALLS - 1)
            await calling.execute()

    async def _queue_one(self, nudge: Nudge) -> None:
        if nudge.connection_id is None:
            await self._queue.enqueue_job(nudge.job, _defer_by=DUE_SINCE)
            return
        # The trace goes along only where there is one: a worker of an older release takes two.
        trace = [nudge.trace] if nudge.trace else []
        given = (str(nudge.connection_id), nudge.correlation_id, *trace)
        await self._queue.enqueue_job(nudge.job, *given, _defer_by=DUE_SINCE)


def _mark(job: str, connection_id: UUID | None) -> str:
    return f"plumbline:nudged:{job}:{connection_id or 'all'}"
