"""Permission to send: whether changes that were claimed may still go to the app.

A connection may be paused, its settings changed or its endpoint deleted, while a hundred claimed changes go out. A
story of two: worker A claims them; somebody pauses the connection; A would go on for seconds. So a call begins only
if the connection and the endpoint were seen, at most a moment before, as they were when the changes were claimed. Each
batch of answers that is recorded looks at the connection. Between two batches one look serves all calls that are about
to begin, so looks cost by the second and not by the change.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from app.db.delivery.due import DELIVERED_STATES
from app.db.delivery.footing import Footing, find_footing
from app.db.postgres.session import Database, ReadSession
from app.domain.partner.endpoint import Endpoint

LOOKED_AT_EVERY = timedelta(milliseconds=100)
"""How old what was seen may be when a call begins."""


class SendPermission:
    """Permission to send what was claimed of one connection, while the connection and its endpoint are unchanged."""

    def __init__(
        self,
        database: Database,
        connection_id: UUID,
        endpoint: Endpoint,
        settings_version: int,
        claimed_at: float,
        every: timedelta = LOOKED_AT_EVERY,
    ) -> None:
        self._database = database
        self._connection_id = connection_id
        self._endpoint = endpoint
        self._settings_version = settings_version
        self._every = every.total_seconds()
        self._seen_at = claimed_at
        self._looking = asyncio.Lock()
        self.is_over = False
        """No more of what was claimed is sent; what may still go has to be claimed again."""
        self.is_stopped = False
        """No change of the connection is sent to that endpoint at all."""

    async def holds(self) -> bool:
        """Whether the next call may begin; reads the database unless somebody did a moment ago."""
        if not self._is_fresh() and not self.is_over:
            came_at = read_moment()
            async with self._looking:
                # A look that was made while this call waited for the lock is new enough for it.
                if self._seen_at < came_at and not self._is_fresh():
                    async with self._database.reading() as session:
                        await self.look(session)
        return not self.is_over

    def note(self, seen: Footing | None, asked_at: float) -> None:
        """Take note of the connection as somebody read it at that moment; None where there is none."""
        self._seen_at = max(self._seen_at, asked_at)
        self.is_stopped |= seen is None or seen.state not in DELIVERED_STATES or not seen.is_way_open
        self.is_over |= self.is_stopped or (
            seen is not None and seen.settings_version != self._settings_version
        )

    def _is_fresh(self) -> bool:
        return read_moment() - self._seen_at < self._every

    async def look(self, session: ReadSession) -> None:
        """Read how the connection and the endpoint are now."""
        asked_at = read_moment()
        self.note(await find_footing(session, self._connection_id, self._endpoint), asked_at)


def read_moment() -> float:
    """Seconds of the loop's own clock, which nobody sets."""
    return asyncio.get_running_loop().time()
