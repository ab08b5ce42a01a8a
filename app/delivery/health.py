"""When an endpoint is no longer tried: it said that it is gone, or every attempt failed for days.

The partner is told in the same transaction. What waits for the endpoint that applies waits on, and goes when it is
enabled again; copies to one that listens end as they end otherwise.
"""

from datetime import datetime

import structlog

from app.db.delivery.disabling import disable_endpoint
from app.db.postgres.session import Database
from app.domain.partner.endpoint import GONE, Endpoint, Failing

SAID_GONE = "It answered 410 Gone."

log = structlog.get_logger(__name__)


class Health:
    """Judges endpoints by their answers; any number of these may judge the same one, and one of them disables it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def judge(
        self, endpoint: Endpoint, status: int | None, failing: Failing | None, now: datetime
    ) -> bool:
        """Disable an endpoint if this attempt was the last that it gets; whether it goes on being called.

        What an address answers that was replaced meanwhile says nothing of the new one.
        """
        reason = _why_lost(status, failing, now)
        if reason is None:
            return True
        async with self._database.writing() as session:
            is_disabled = await disable_endpoint(session, endpoint.id, endpoint.url, reason, now)
        if is_disabled:
            log.warning("endpoint_disabled", endpoint_id=str(endpoint.id), reason=reason)
        return False


def _why_lost(status: int | None, failing: Failing | None, now: datetime) -> str | None:
    if status == GONE:
        return SAID_GONE
    if failing is None or not failing.is_lost(now):
        return None
    since = f"{failing.since_at:%Y-%m-%d %H:%M} UTC"
    return f"Every attempt since {since} failed, {failing.failures} of them."
