"""The roll call: whether Xero still lists the connections that ask it for nothing by themselves.

A connection that is paused, or works at set times, would hear that somebody disconnected it in Xero when it next calls,
which may be in a week or never; meanwhile its business believes that its invoices arrive. So Xero is asked once a day
for its list: a refresh of the token and a call, neither of which is a call to the organisation. Where a run, or a
consent, showed it within the day, nothing is asked. That Xero does not take the app any more is told here too.

Cut off anywhere, the next call goes on with whoever was not seen; where Xero gives no answer that is in an hour, so
that those who are behind have their turn.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.connections.arrivals import lock_connection
from app.db.connections.connections import find_connection
from app.db.life.states import hasten, lose, save_app_refused
from app.db.life.unseen import list_unseen, save_seen
from app.db.postgres.session import Database
from app.domain.connections.connection import Connection
from app.errors import AppRefused, PlumblineError
from app.reconcile.ports import Consents, Waker

UNSEEN = timedelta(days=1)
"""How long a quiet connection is believed."""

AGAIN = timedelta(hours=1)
AT_ONCE = 20
LONGEST = timedelta(seconds=30)
"""Of one look of the timer, which comes every minute: a hundred thousand quiet ones fit into a day, where Xero takes
0.2 s for a call.
"""

log = structlog.get_logger(__name__)


class RollCall:
    """Run by a timer, on one worker at a time."""

    def __init__(self, database: Database, consents: Consents, waker: Waker, clock: Clock) -> None:
        self._database = database
        self._consents = consents
        self._waker = waker
        self._clock = clock

    async def call_roll(self) -> int:
        """Ask about those who were not seen for a day, the longest first, while there is time; answers how many."""
        ends, asked = self._clock.now() + LONGEST, 0
        while found := await self._ask_some():
            asked += found
            if found < AT_ONCE or self._clock.now() >= ends:
                break
        return asked

    async def _ask_some(self) -> int:
        async with self._database.reading() as session:
            unseen = await list_unseen(session, self._clock.now() - UNSEEN, AT_ONCE)
        for connection_id in unseen:
            async with self._database.reading() as session:
                connection = await find_connection(session, connection_id)
            if connection is not None:
                await self._ask_about(connection)
        return len(unseen)

    async def _ask_about(self, asked_of: Connection) -> None:
        try:
            reason = await self._consents.find_loss(asked_of.id)
        except AppRefused as refused:
            await self._tell_app_refused(asked_of, str(refused))
            return
        except PlumblineError as error:
            log.warning("roll_not_answered", connection_id=str(asked_of.id), error=str(error))
            await self._note_seen(asked_of.id, UNSEEN - AGAIN)
            return
        if reason is None:
            await self._note_seen(asked_of.id, timedelta(), is_mended=asked_of.is_app_refused)
        else:
            await self._lose(asked_of, reason)
            await self._waker.deliver_soon(asked_of.id)

    async def _note_seen(self, connection_id: UUID, ago: timedelta, *, is_mended: bool = False) -> None:
        async with self._database.writing() as session:
            await save_seen(session, connection_id, self._clock.now() - ago)
            if is_mended:
                await hasten(session, [connection_id])

    async def _tell_app_refused(self, asked_of: Connection, reason: str) -> None:
        """Its token dies in the end, and with it the consent, if nobody mends that. One that was replaced meanwhile is
        tried in an hour like any.
        """
        now = self._clock.now()
        async with self._database.writing() as session:
            connection = await lock_connection(session, asked_of.id)
            if connection is not None and connection.consents == asked_of.consents:
                await save_app_refused(session, connection, reason, now + AGAIN, now)
            await save_seen(session, asked_of.id, now - UNSEEN + AGAIN)
        await self._waker.deliver_soon(asked_of.id)

    async def _lose(self, asked_of: Connection, reason: str) -> None:
        """Nothing ends where a consent came since: what was asked before it is about another."""
        async with self._database.writing() as session:
            connection = await lock_connection(session, asked_of.id)
            if connection is not None and connection.consents == asked_of.consents:
                log.warning("connection_lost", connection_id=str(connection.id), reason=reason)
                await lose(session, connection, reason, self._clock.now())
