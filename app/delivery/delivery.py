"""The loop of delivery: everything that is due for a connection goes to the endpoints of its partner.

Changes go to the one endpoint that applies them, which answers for the app, and so do notices, in order; copies of both
go to those that listen.
"""

import asyncio
from collections.abc import Awaitable
from uuid import UUID

from app.clock import Clock
from app.db import deliveries
from app.db.copies import list_connections_with_copies
from app.db.due_connections import list_connections_due
from app.db.notices import list_connections_with_notices
from app.db.session import Database
from app.delivery.calls import list_targets
from app.delivery.changes import ChangeDelivery, StoreDocument
from app.delivery.copies import CopyDelivery
from app.delivery.health import Health
from app.delivery.notices import NoticeDelivery
from app.delivery.webhook import Sender
from app.ending import Ending
from app.reconcile.ports import Waker
from app.vault import Vault

_SWEEP_LIMIT = 500


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
        async with self._database.reading() as session:
            due = await deliveries.find_due(session, connection_id, now)
            if due.is_nothing:
                return
            targets = await list_targets(session, self._vault, connection_id, now)
        applying = next((target for target in targets if target.applies), None)
        # Side by side: an app that hangs over the one must not keep the others waiting.
        sending: list[Awaitable[None]] = [
            self._copies.deliver(self._sender, target, connection_id)
            for target in (
                await self._copies.list_due(connection_id, targets) if targets and due.copies else []
            )
        ]
        if applying is not None and due.notices:
            sending.append(self._notices.deliver(self._sender, applying, connection_id))
        if applying is not None and due.changes:
            sending.append(self._changes.deliver(applying, connection_id))
        await asyncio.gather(*sending)
        if self._ending.is_near:
            await self._waker.deliver_soon(connection_id)

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
