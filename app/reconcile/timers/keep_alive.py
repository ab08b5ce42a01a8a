"""Keeps consents alive that nobody uses for a while: Xero forgets a refresh token that was not used for sixty days.

A paused connection, or one whose business writes no invoices, makes no call for months. Half-way through, its token set
is refreshed, and every hour again while Xero gives no answer, so that a month of outages costs nothing. One that Xero
no longer takes ends its connections, in the transaction that says so (`TokenStore.save_dead`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from app.clock import Clock
from app.errors import PlumblineError
from app.reconcile.ports import Consents

IDLE = timedelta(days=30)
AT_ONCE = 50
"""In one hour, so that what Xero answers slowly still fits the time that a timer has."""

log = structlog.get_logger(__name__)


class IdleTokenSets(Protocol):
    """Where token sets are kept."""

    async def list_idle(self, before: datetime, limit: int) -> Sequence[UUID]:
        """Token sets that something needs, and that were not refreshed since then."""
        ...


class KeepAlive:
    """Run by a timer, on one worker at a time."""

    def __init__(self, store: IdleTokenSets, consents: Consents, clock: Clock) -> None:
        self._store = store
        self._consents = consents
        self._clock = clock

    async def keep_alive(self) -> int:
        """Refresh what is idle; answers how many token sets were."""
        idle = await self._store.list_idle(self._clock.now() - IDLE, AT_ONCE)
        for token_set_id in idle:
            try:
                await self._consents.keep_alive(token_set_id)
            except PlumblineError as error:
                log.warning("token_set_not_refreshed", token_set_id=str(token_set_id), error=str(error))
        return len(idle)
