"""The loop of delivery: everything that is due for a connection goes to the endpoints of its partner.

Changes go to the one endpoint that applies them, which answers for the app, and so do notices, in order; copies of both
go to those that listen.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from app.clock import Clock
from app.db.delivery.copies import list_connections_with_copies
from app.db.delivery.due import find_due
from app.db.delivery.due_connections import list_connections_due
from app.db.delivery.notices import list_connections_with_notices
from app.db.postgres.session import Database
from app.delivery.calls import Target, list_targets
from app.delivery.changes import ChangeDelivery, StoreDocument
from app.delivery.copies import CopyDelivery
from app.delivery.health import Health
from app.delivery.notices import NoticeDelivery
from app.delivery.webhook import Sender
from app.ending import Ending
from app.reconcile.ports import Waker
from app.room import Room
from app.vault import Vault

_SWEEP_LIMIT = 500

Send = Callable[[UUID], Awaitable[None]]
"""Sends what is due of a connection, of one kind and to one endpoint."""

AT_ONCE = 20
AT_ONCE_TO_ONE = 10
"""Connections of which one process sends something to endpoints, and to the same one, which may hang in each call."""


class Delivery:
    """Sends what waits for the partners of connections; safe to run several times at once for one connection."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        sender: Sender,
        waker: Waker,
        clock: Clock,
        store_document: StoreDocument,
        ending: Ending,
    ) -> None:
        self._database = database
        self._vault = vault
        self._sender = sender
        self._waker = waker
        self._clock = clock
        self._ending = ending
        self._room = Room("delivery", AT_ONCE, waker.deliver_soon, most_of_one=AT_ONCE_TO_ONE)
        health = Health(database)
        self._changes = ChangeDelivery(database, sender, waker, clock, store_document, health, ending)
        self._notices = NoticeDelivery(database, clock, health, ending)
        self._copies = CopyDelivery(database, clock, health, ending)

    async def deliver(self, connection_id: UUID) -> None:
        """Send whatever is due for a connection, notices and changes, until nothing more is, or until its app no longer
        answers.

        One that does not answer is left to the next sweep, lest it keep a worker waiting for every one of its changes.
        """
        now = self._clock.now()
        async with self._database.reading_bare() as driver:
            due = await find_due(driver, connection_id, now)
        if due.is_nothing:
            return
        async with self._database.reading() as session:
            targets = await list_targets(session, self._vault, connection_id, now)
        copied = await self._copies.list_due(connection_id, targets) if targets and due.copies else []
        sending: list[tuple[Target, Send]] = [
            (target, partial(self._copies.deliver, self._sender, target)) for target in copied
        ]
        applying = next((target for target in targets if target.applies), None)
        if applying is not None and due.notices:
            sending.append((applying, partial(self._notices.deliver, self._sender, applying)))
        if applying is not None and due.changes:
            sending.append((applying, partial(self._changes.deliver, applying)))
        # Side by side: an app that hangs over the one must not keep the others waiting.
        await asyncio.gather(*(self._send(target, connection_id, send) for target, send in sending))
        if self._ending.is_near:
            await self._waker.deliver_soon(connection_id)

    async def _send(self, target: Target, connection_id: UUID, send: Send) -> None:
        """Where there is no room for more to that endpoint, the connection is called for when there is."""
        async with self._room.open_place(connection_id, target.id) as place:
            if place.take():
                await send(connection_id)

    async def nudge_due(self) -> int:
        """Wake a worker for every connection with changes, notices or copies that are due; answers how many."""
        now = self._clock.now()
        async with self._database.reading() as session:
            with_changes = await list_connections_due(session, now, _SWEEP_LIMIT)
            with_notices = await list_connections_with_notices(session, now, _SWEEP_LIMIT)
            with_copies = await list_connections_with_copies(session, now, _SWEEP_LIMIT)
        due = {*with_changes, *with_notices, *with_copies}
        for connection_id in due:
            await self._waker.deliver_soon(connection_id)
        return len(due)
