"""Changes to the endpoint that applies them: claimed many at a time, sent some at a time, recorded together.

What happens when this process dies: before a call, the claim runs out and another worker sends the change. During a
call or before its answer is recorded, the same; the app has perhaps applied the change, answers the repeat with 2xx by
its revision, and nothing moves twice. After that there is nothing left to lose.

A change that a newer one supersedes while its call is under way is recorded all the same: what the app applied, it
applied. The newer one waits for that answer, so that the changes of one invoice arrive in order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.connections.arrivals import lock_connection
from app.db.delivery.changes import Change
from app.db.delivery.claims import Claim, Claimed, claim_due, give_back
from app.db.delivery.due import find_due
from app.db.postgres.session import Database
from app.delivery.answers import Applied, Failed, Outcome, Refused, read_outcome
from app.delivery.calls import Target, make_call
from app.delivery.flight import Flight
from app.delivery.health import Health
from app.delivery.network import TIMEOUT
from app.delivery.permission import LOOKED_AT_EVERY, SendPermission, read_moment
from app.delivery.recording import Answered, Recorder
from app.delivery.webhook import Sender, build_change_message
from app.ending import Ending
from app.reconcile.ports import Waker

AT_ONCE = 8
"""Changes that are sent at the same time to one connection's app, over all workers."""

MOST_CLAIMED = 100
"""Changes that one worker takes on before it asks for more."""

CLAIM = timedelta(seconds=30)
"""How long a claim holds: long enough for many calls, the longest of them, and the recording of its answer."""

_TIME_FOR_ONE = 1.5 * TIMEOUT
"""What must be left of a claim for its change to be sent."""

StoreDocument = Callable[[UUID, str, Mapping[str, Any]], Awaitable[str | None]]
"""Takes a partner's document of a kind (`invoice`, `contact`) as if it had come by itself: checks it, stores it and
raises the link's generation.

Answers None when it was news, otherwise in words why it was not (malformed, or not newer than what is held).
"""

log = structlog.get_logger(__name__)


class ChangeDelivery:
    """Safe to run several times at once for one connection."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        waker: Waker,
        clock: Clock,
        store_document: StoreDocument,
        health: Health,
        ending: Ending,
    ) -> None:
        self._database = database
        self._sender = sender
        self._waker = waker
        self._clock = clock
        self._store_document = store_document
        self._ending = ending
        self._recorder = Recorder(database, clock, health)
        self.looked_at_every = LOOKED_AT_EVERY

    async def deliver(self, target: Target, connection_id: UUID) -> None:
        """Send what is due, until nothing more is, until the app no longer answers or this process is to end.

        One that does not answer is left to the next sweep, lest it keep a worker waiting for every one of its changes.
        """
        goes_on = target.endpoint.takes_changes and not self._ending.is_near
        while goes_on:
            claimed_at = read_moment()
            claimed = await self._claim(target, connection_id)
            if not claimed.claims:
                return
            permission = SendPermission(
                self._database,
                connection_id,
                target.endpoint,
                claimed.settings_version,
                claimed_at,
                self.looked_at_every,
            )
            goes_on = await self._send_all(target, claimed, permission)
            await self._waker.reconcile_soon([connection_id])
            goes_on = (
                goes_on and not self._ending.is_near and await self._is_more_due(connection_id, permission)
            )

    async def _is_more_due(self, connection_id: UUID, permission: SendPermission) -> bool:
        """Whether there may be more to claim for the same endpoint: a change that waited for the answer to an older
        one, or a new one.
        """
        async with self._database.reading_bare() as driver:
            due = await find_due(driver, connection_id, self._clock.now())
        if not due.changes:
            return False
        async with self._database.reading() as session:
            await permission.look(session)
        return not permission.is_stopped

    async def _claim(self, target: Target, connection_id: UUID) -> Claimed:
        now = self._clock.now()
        async with self._database.writing() as session:
            return await claim_due(
                session,
                connection_id,
                now=now,
                until=now + CLAIM,
                at_once=AT_ONCE,
                most=MOST_CLAIMED,
                types=target.endpoint.wanted_types,
            )

    async def _send_all(self, target: Target, claimed: Claimed, permission: SendPermission) -> bool:
        """Send what was claimed and record what came of it; whether another call is to be made now."""

        async def send(claim: Claim) -> Answered:
            answered = await self._send(target, claim)
            flight.goes_on &= answered.is_heard and self._is_time_left(claim) and not self._ending.is_near
            return answered

        flight = Flight(claimed.claims, min(claimed.at_once, len(claimed.claims)), send, permission.holds)
        is_worth_it = True
        try:
            async with aclosing(flight.list_answered()) as answers:
                async for answered in answers:
                    is_worth_it &= await self._recorder.record(target, answered, permission)
                    flight.goes_on &= is_worth_it
        finally:
            # Also where this worker is told to stop: what was not begun is another's at once.
            await asyncio.shield(self._give_back(flight.waiting))
        return is_worth_it and not permission.is_stopped

    async def _give_back(self, claims: Collection[Claim]) -> None:
        if claims:
            async with self._database.writing() as session:
                await lock_connection(session, next(iter(claims)).change.connection_id)
                await give_back(session, claims)

    def _is_time_left(self, claim: Claim) -> bool:
        """Whether another call of the same claim's age can be made and recorded before the claim runs out."""
        return claim.until - self._clock.now() >= _TIME_FOR_ONE

    async def _send(self, target: Target, claim: Claim) -> Answered:
        change = claim.change
        made = await make_call(self._sender, target.recipient, build_change_message(change), self._clock)
        outcome = read_outcome(made.answer, change.partner_id, change.kind)
        if isinstance(outcome, Refused):
            outcome = await self._take_refusal(change, outcome)
        return Answered(claim, outcome, made)

    async def _take_refusal(self, change: Change, refused: Refused) -> Outcome:
        """Store the document of a refusal; one that tells nothing new is a failure.

        A document that is not news was merged already, or is about to be: then a newer change supersedes this one.
        Until that happens this one stays pending, so that no invoice is left with nothing on its way. One that is sent
        again was applied before: the app has moved on from it, and holds what we know.
        """
        try:
            reason = await self._store_document(change.connection_id, change.kind, refused.document)
        except Exception:
            # Whatever one document does to us, the others go on.
            log.exception("refused_document_not_stored", connection_id=str(change.connection_id))
            reason = "it could not be stored"
        if reason is not None and change.is_resend:
            return Applied(None, None)
        return refused if reason is None else Failed(f"refused with a document that does not help: {reason}")
