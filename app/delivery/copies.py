"""Copies to endpoints that listen: sent side by side, retried for three days, and then given up.

What is answered says only whether the copy was taken. What happens when this process dies is what happens to a change:
the claim runs out and another worker sends the copy again, under the same webhook id, by which the app knows a repeat.
"""

from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.delivery.copies import CopyClaim, claim_copies, list_endpoints_with_copies
from app.db.delivery.delivery_log import Meaning, Told, save_call
from app.db.postgres.session import Database
from app.delivery.answers import Silence, read_acceptance
from app.delivery.backoff import draw_delay
from app.delivery.calls import Made, Target, make_call
from app.delivery.flight import send_claimed
from app.delivery.health import Health
from app.delivery.webhook import Sender, build_copy_message
from app.ending import Ending
from app.metrics import DELIVERIES

MOST_IN_FLIGHT = 4
"""Calls at a time to one endpoint for one connection, over all workers."""

CLAIM = timedelta(seconds=30)
"""How long a claim holds: well over the longest call and the recording of its answer."""

GIVEN_UP_AFTER = timedelta(days=3)

log = structlog.get_logger(__name__)


class CopyDelivery:
    """Safe to run several times at once for one connection."""

    def __init__(self, database: Database, clock: Clock, health: Health, ending: Ending) -> None:
        self._database = database
        self._clock = clock
        self._health = health
        self._ending = ending

    async def list_due(self, connection_id: UUID, targets: list[Target]) -> list[Target]:
        """Those of the targets to which copies of the connection's messages are due."""
        async with self._database.reading() as session:
            due = await list_endpoints_with_copies(session, connection_id, self._clock.now())
        return [target for target in targets if target.id in set(due)]

    async def deliver(self, sender: Sender, target: Target, connection_id: UUID) -> None:
        """Send what is due of a connection to one endpoint."""
        await send_claimed(
            partial(self._claim, connection_id, target), partial(self._deliver_one, sender, target)
        )

    async def _claim(self, connection_id: UUID, target: Target) -> list[CopyClaim]:
        now = self._clock.now()
        async with self._database.writing() as session:
            return await claim_copies(
                session,
                connection_id,
                target.id,
                now=now,
                until=now + CLAIM,
                most_in_flight=MOST_IN_FLIGHT,
                at_url=target.endpoint.url,
            )

    async def _deliver_one(self, sender: Sender, target: Target, claim: CopyClaim) -> bool:
        made = await make_call(sender, target.recipient, build_copy_message(claim), self._clock)
        goes_on = await self._record(target, claim, made)
        return goes_on and not isinstance(made.answer, Silence) and not self._ending.is_near

    async def _record(self, target: Target, claim: CopyClaim, made: Made) -> bool:
        now = self._clock.now()
        failure = read_acceptance(made.answer)
        is_over = failure is not None and now - claim.created_at >= GIVEN_UP_AFTER
        state = "delivered" if failure is None else "given_up" if is_over else "pending"
        meaning = Meaning(state, now + draw_delay(claim.attempts), is_well=failure is None, claim=claim.until)
        async with self._database.writing() as session:
            failing = await save_call(session, _told(claim), made.call, meaning)
        DELIVERIES.labels("copy", "failed" if failure else "applied").inc()
        said = "taken" if failure is None else failure.reason
        log.info(
            "copy_sent",
            endpoint_id=str(claim.endpoint_id),
            webhook_id=claim.message_id,
            state=state,
            answer=said,
        )
        return await self._health.judge(target.endpoint, made.status, failing, now)


def _told(claim: CopyClaim) -> Told:
    return Told(
        claim.endpoint_id, claim.connection_id, claim.message_id, claim.type, claim.cursor, is_copy=True
    )
