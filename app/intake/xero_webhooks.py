"""What Xero sent is taken in: a worker reads the events out of webhooks that were answered, and wakes who they concern.

The webhooks go with the transaction that stores their events, so a worker that dies leaves them to the next one. Many
go together; where that fails, each goes by itself, and the one that fails alone stays, is told, and is tried again
ever more seldom: its cause is ours, and may be mended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from app import tracing
from app.clock import Clock
from app.db.inboxes.xero_webhooks import Taken, Webhook, take_failed, take_webhooks, try_again_later
from app.db.postgres.session import Database, WriteSession
from app.db.postgres.unavailable import is_unavailable
from app.intake.xero_deliveries import read_delivery, save_deliveries, tell_saved
from app.reconcile.ports import Waker
from app.telemetry import correlate

MOST_TOGETHER = 200
"""Webhooks of one transaction."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
"""Before one that failed is tried again; twice as long each time, within these."""

Take = Callable[[WriteSession], Awaitable[list[Taken]]]
"""Takes some of those that wait."""

log = structlog.get_logger(__name__)


class XeroWebhooks:
    """Takes in the webhooks of Xero that were answered and not read so far."""

    def __init__(self, database: Database, waker: Waker, clock: Clock) -> None:
        self._database, self._waker, self._clock = database, waker, clock

    async def take_in(self) -> None:
        """Until nothing waits that nobody holds; what comes meanwhile has a nudge of its own. Raises what the database
        raises when it cannot serve.
        """
        while await self._read(partial(take_webhooks, most=MOST_TOGETHER)) == MOST_TOGETHER:
            pass

    async def retry_failed(self) -> None:
        """Read the webhooks that failed and are due again, each by itself."""
        now = self._clock.now()
        while await self._read(partial(take_failed, now=now)):
            pass

    async def _read(self, take: Take) -> int:
        """Read those that are taken; answers how many there were."""
        taken: Sequence[Taken] = ()
        try:
            async with self._database.writing() as session:
                taken = await take(session)
                deliveries = [read for each in taken if (read := read_delivery(each.webhook)) is not None]
                saved = await save_deliveries(session, deliveries, self._clock.now())
        except Exception as error:
            if not taken or is_unavailable(error):
                raise
            await self._read_alone(taken, error)
            return len(taken)
        tell_saved(deliveries, saved)
        pairs = zip(deliveries, saved.nudges, strict=True)
        await asyncio.gather(*(self._wake(each.webhook, woken) for each, woken in pairs if woken))
        return len(taken)

    async def _read_alone(self, failed: Sequence[Taken], error: Exception) -> None:
        """Read each of several that failed together by itself; one that fails alone is left for later."""
        if len(failed) == 1:
            await self._leave(failed[0], error)
        else:
            for _ in failed:
                await self._read(partial(take_webhooks, most=1))

    async def _leave(self, failed: Taken, error: Exception) -> None:
        wait = min(FIRST_WAIT * 2**failed.failures, LONGEST_WAIT)
        log.error("xero_webhook_failed", exc_info=error, webhook=failed.id, tried_again_after=str(wait))
        async with self._database.writing() as session:
            await try_again_later(session, failed.id, self._clock.now() + wait)

    async def _wake(self, webhook: Webhook, connection_ids: Sequence[UUID]) -> None:
        """Under the correlation id, and in the trace, of the webhook that brought the news."""
        with correlate(webhook.correlation_id), tracing.span("take in", webhook.trace):
            await self._waker.reconcile_soon(connection_ids)
