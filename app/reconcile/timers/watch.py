"""The watch over Xero's webhooks: numbers that never came, and silence.

A gap in the numbers of events means that hints were lost, of nobody knows which organisation: every active connection
of that Xero app is swept within `SPREAD`, each at a moment of its own, and a paused one when it goes on. A gap gets
`GAP_GRACE` first, for deliveries overtake each other; one that is filled by then costs nothing, one that is not is
acted on once.

Silence is when sweeps keep finding changes of which no event told while no event came at all. Xero tries a delivery
that fails for 24 hours and then disables the subscription (FACTS 3), so the operator is told before that: after
`FINDS` such finds, or `TOLD_WITHIN` after the first. It ends by itself when an event arrives. The sweeps keep
everything true all the while; what is lost is speed.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.connections.sweeps import spread_sweeps
from app.db.inboxes.subscriptions import list_with_gaps, take_open_gaps, take_silent
from app.db.postgres.session import Database

GAP_GRACE = timedelta(minutes=1)
SPREAD = timedelta(minutes=5)
FINDS = 3
TOLD_WITHIN = timedelta(hours=12)

log = structlog.get_logger(__name__)


class Watch:
    """Looked through on a timer, by one worker at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def look(self) -> None:
        """Act on what has come to light since the last look; each gap and each silence is told once."""
        now = self._clock.now()
        async with self._database.reading() as session:
            with_gaps = await list_with_gaps(session, now - GAP_GRACE)
        for xero_app_id in with_gaps:
            await self._act_on_gaps(xero_app_id)
        await self._tell_silence()

    async def _act_on_gaps(self, xero_app_id: UUID | None) -> None:
        now = self._clock.now()
        async with self._database.writing() as session:
            # Connections before the subscription: the order in which a delivery locks them.
            asked = await spread_sweeps(session, xero_app_id, now, SPREAD)
            gaps = await take_open_gaps(session, xero_app_id, now - GAP_GRACE)
        for gap in gaps:
            log.warning(
                "xero_webhook_gap",
                xero_app_id=xero_app_id,
                first=gap.first,
                last=gap.last,
                events=gap.size,
                found_at=gap.found_at.isoformat(),
                connections_to_sweep=asked,
            )

    async def _tell_silence(self) -> None:
        async with self._database.writing() as session:
            silent = await take_silent(session, self._clock.now(), finds=FINDS, within=TOLD_WITHIN)
        for subscription in silent:
            log.error(
                "xero_webhooks_silent",
                xero_app_id=subscription.xero_app_id,
                heard_at=subscription.heard_at and subscription.heard_at.isoformat(),
                changes_found_untold=subscription.untold,
                untold_since=subscription.untold_since and subscription.untold_since.isoformat(),
                cure="Look at the webhook's page in Xero's developer portal and at the address it calls.",
            )
