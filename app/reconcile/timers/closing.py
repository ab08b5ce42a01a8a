"""Tells Xero of connections that ended here: each closing is tried until Xero says that the entry is gone.

One entry of Xero's list is deleted, and a token is never revoked, because that would end every other connection of the
same person (FACTS 1). When this process dies in the middle, the closing comes due again, and deleting what is gone does
nothing. An entry that another connection came to use meanwhile is kept. Where the consent itself is gone nobody can
delete it, which the removed connection says in words.
"""

from datetime import timedelta

import structlog

from app.clock import Clock
from app.db.life.closings import Closing, claim_closings, end_closing, is_needed, put_off
from app.db.postgres.session import Database
from app.errors import Retryable, Terminal
from app.reconcile.ports import Consents

CLAIM = timedelta(minutes=2)
"""Longer than a refresh and a deletion may take."""

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
AT_ONCE = 20

REMOVED = "Removed by the partner."
REMOVED_HERE = "Removed by the partner; Xero is being told."
CLOSED = "Removed by the partner, and disconnected in Xero."
LEFT_OPEN = "Removed by the partner. Xero could not be told ({reason}); if it still lists the app, disconnect it there."

log = structlog.get_logger(__name__)


class Closings:
    """Works off what is to be deleted in Xero; any number of these may run."""

    def __init__(self, database: Database, consents: Consents, clock: Clock) -> None:
        self._database = database
        self._consents = consents
        self._clock = clock

    async def close_due(self) -> int:
        """Try what is due; answers how many there were."""
        now = self._clock.now()
        async with self._database.writing_one() as session:
            claimed = await claim_closings(session, now, now + CLAIM, AT_ONCE)
        for closing in claimed:
            await self._close(closing)
        return len(claimed)

    async def _close(self, closing: Closing) -> None:
        async with self._database.reading() as session:
            is_kept = await is_needed(session, closing.xero_connection_id)
        if is_kept or closing.token_set_id is None:
            await self._end(closing, "kept", REMOVED)
            return
        try:
            await self._consents.delete_connection(closing.token_set_id, closing.xero_connection_id)
        except Retryable as failure:
            await self._put_off(closing, failure)
        except Terminal as refusal:
            log.warning("xero_connection_left_open", closing_id=closing.id, reason=str(refusal))
            await self._end(closing, "left_open", LEFT_OPEN.format(reason=str(refusal).rstrip(".")))
        else:
            await self._end(closing, "closed", CLOSED)

    async def _end(self, closing: Closing, state: str, reason: str) -> None:
        async with self._database.writing() as session:
            await end_closing(session, closing, state, reason, self._clock.now())

    async def _put_off(self, closing: Closing, failure: Retryable) -> None:
        due_at = self._clock.now() + _wait(closing.attempts, failure)
        async with self._database.writing() as session:
            await put_off(session, closing, due_at, str(failure))
        log.warning(
            "closing_postponed", closing_id=closing.id, reason=str(failure), due_at=due_at.isoformat()
        )


def _wait(attempts: int, failure: Retryable) -> timedelta:
    return failure.retry_after or min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(attempts - 1, 16))
