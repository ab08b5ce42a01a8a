"""Notices to the endpoint that applies: of one connection in order, one at a time, until each has been taken.

They go whatever state the connection is in, because that is what they tell of. What happens when this process dies is
what happens to a change: the claim runs out and another worker sends the notice again, under the same webhook id, by
which the app knows a repeat. Any 2xx means that the app took it; everything else is tried again, later and later.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.delivery.delivery_log import Meaning, Told, save_call
from app.db.delivery.fan_out import NOTICE
from app.db.delivery.notices import NoticeClaim, claim_next_notice, save_notice_answer
from app.db.postgres.session import Database
from app.delivery.answers import read_acceptance
from app.delivery.backoff import draw_delay
from app.delivery.calls import Made, Target, make_call
from app.delivery.health import Health
from app.delivery.webhook import Sender, build_notice_message
from app.ending import Ending
from app.metrics import DELIVERIES

CLAIM = timedelta(seconds=30)
"""How long a claim holds: well over the longest call and the recording of its answer."""

log = structlog.get_logger(__name__)


class NoticeDelivery:
    """Safe to run several times at once for one connection: one of them sends, the others find nothing to do."""

    def __init__(self, database: Database, clock: Clock, health: Health, ending: Ending) -> None:
        self._database = database
        self._clock = clock
        self._health = health
        self._ending = ending

    async def deliver(self, sender: Sender, target: Target, connection_id: UUID) -> None:
        """Send what waits until nothing is left, one is not taken or this process is to end."""
        while not self._ending.is_near and (claim := await self._claim(target, connection_id)):
            made = await make_call(sender, target.recipient, build_notice_message(claim.notice), self._clock)
            if not await self._record(target, claim, made):
                return

    async def _claim(self, target: Target, connection_id: UUID) -> NoticeClaim | None:
        now = self._clock.now()
        async with self._database.writing_one() as session:
            return await claim_next_notice(
                session, connection_id, target.endpoint, now=now, until=now + CLAIM
            )

    async def _record(self, target: Target, claim: NoticeClaim, made: Made) -> bool:
        """Keep what came of it; whether the next one may go."""
        notice, now = claim.notice, self._clock.now()
        failure = read_acceptance(made.answer)
        said = "taken" if failure is None else failure.reason
        due_at = now + draw_delay(notice.attempts)
        told = Told(target.id, notice.connection_id, f"{NOTICE}{notice.cursor}", notice.type, notice.cursor)
        async with self._database.writing() as session:
            is_ours = await save_notice_answer(
                session, claim, is_taken=failure is None, answer=said, at=now, due_at=due_at
            )
            state = "delivered" if failure is None else "pending"
            meaning = Meaning(state, due_at, is_well=failure is None, is_ours=is_ours)
            failing = await save_call(session, told, made.call, meaning)
        DELIVERIES.labels("notice", "failed" if failure else "applied").inc()
        log.info("notice_sent", cursor=notice.cursor, type=notice.type, answer=said, claim_held=is_ours)
        return await self._health.judge(target.endpoint, made.status, failing, now) and failure is None
