"""Notices out to a partner's app: of one connection in order, one at a time, until each has been taken.

They go whatever state the connection is in, because that is what they tell of. What happens when this process dies is
what happens to a change: the claim runs out and another worker sends the notice again, under the same webhook id, by
which the app knows a repeat. Any 2xx means that the app took it; everything else is tried again, later and later.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.notices import NoticeClaim, claim_next_notice, save_notice_answer
from app.db.session import Database
from app.delivery.answers import Failed, read_acceptance
from app.delivery.backoff import draw_delay
from app.delivery.webhook import Recipient, Sender, build_notice_message

CLAIM = timedelta(seconds=30)
"""How long a claim holds: well over the longest call and the recording of its answer."""

log = structlog.get_logger(__name__)


class NoticeDelivery:
    """Safe to run several times at once for one connection: one of them sends, the others find nothing to do."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def deliver(self, sender: Sender, recipient: Recipient, connection_id: UUID) -> None:
        """Send what waits until nothing is left, or until one is not taken."""
        while claim := await self._claim(connection_id):
            now = self._clock.now()
            answer = await sender.send(recipient, build_notice_message(claim.notice), now)
            failure = read_acceptance(answer)
            await self._record(claim, failure, self._clock.now())
            if failure is not None:
                return

    async def _claim(self, connection_id: UUID) -> NoticeClaim | None:
        now = self._clock.now()
        async with self._database.writing() as session:
            return await claim_next_notice(session, connection_id, now=now, until=now + CLAIM)

    async def _record(self, claim: NoticeClaim, failure: Failed | None, now: datetime) -> None:
        said = "taken" if failure is None else failure.reason
        async with self._database.writing() as session:
            is_ours = await save_notice_answer(
                session,
                claim,
                is_taken=failure is None,
                answer=said,
                at=now,
                due_at=now + draw_delay(claim.notice.attempts),
            )
        log.info(
            "notice_sent",
            cursor=claim.notice.cursor,
            type=claim.notice.type,
            answer=said,
            claim_held=is_ours,
        )
