"""The loop of delivery: claim what is due for a connection, call the partner's app, record what it answered.

What happens when this process dies: before a call, the claim runs out and another worker sends the change. During a
call or before its answer is recorded, the same; the app has perhaps applied the change, answers the repeat with 2xx by
its revision, and nothing moves twice. After that there is nothing left to lose.

A change that a newer one supersedes while its call is under way is recorded all the same: what the app applied, it
applied. The newer one waits for that answer, so that the changes of one invoice arrive in order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from app.clock import Clock
from app.db import changes, connections, deliveries, partners
from app.db.changes import Change
from app.db.deliveries import Claim
from app.db.notices import list_connections_with_notices
from app.db.session import Database
from app.delivery.answers import Applied, Failed, Outcome, Refused, Silence, read_outcome
from app.delivery.backoff import draw_delay
from app.delivery.notices import NoticeDelivery
from app.delivery.webhook import Recipient, Sender, build_change_message
from app.reconcile.ports import Waker
from app.vault import Vault

MOST_IN_FLIGHT = 8
"""Calls at a time to one connection's app, over all workers."""

CLAIM = timedelta(seconds=30)
"""How long a claim holds: well over the longest call and the recording of its answer."""

_SWEEP_LIMIT = 500

StoreDocument = Callable[[UUID, str, Mapping[str, Any]], Awaitable[str | None]]
"""Takes a partner's document of a kind (`invoice`, `contact`) as if it had come by itself: checks it, stores it and
raises the link's generation.

Answers None when it was news, otherwise in words why it was not (malformed, or not newer than what is held).
"""

log = structlog.get_logger(__name__)


class Delivery:
    """Sends the changes of connections to their partners; safe to run several times at once for one connection."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        sender: Sender,
        waker: Waker,
        clock: Clock,
        store_document: StoreDocument,
    ) -> None:
        self._database = database
        self._vault = vault
        self._sender = sender
        self._waker = waker
        self._clock = clock
        self._store_document = store_document
        self._notices = NoticeDelivery(database, clock)

    async def deliver(self, connection_id: UUID) -> None:
        """Send whatever is due for a connection, notices and changes, until nothing more is, or until its app no longer
        answers.

        One that does not answer is left to the next sweep, lest it keep a worker waiting for every one of its changes.
        """
        recipient = await self._find_recipient(connection_id)
        if recipient is None:
            return
        # Side by side: an app that hangs over the one must not keep the other waiting.
        await asyncio.gather(
            self._notices.deliver(self._sender, recipient, connection_id),
            self._deliver_changes(recipient, connection_id),
        )

    async def _deliver_changes(self, recipient: Recipient, connection_id: UUID) -> None:
        calls: set[asyncio.Task[bool]] = set()
        is_answering = True
        try:
            while True:
                if is_answering:
                    for claim in await self._claim(connection_id):
                        calls.add(asyncio.create_task(self._deliver_one(recipient, claim)))
                if not calls:
                    return
                done, calls = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
                for call in done:
                    is_answering &= call.result()
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    async def nudge_due(self) -> int:
        """Wake a worker for every connection with changes or notices that are due; answers how many there were."""
        now = self._clock.now()
        async with self._database.reading() as session:
            with_changes = await deliveries.list_connections_due(session, now, _SWEEP_LIMIT)
            with_notices = await list_connections_with_notices(session, now, _SWEEP_LIMIT)
        due = set(with_changes) | set(with_notices)
        for connection_id in due:
            await self._waker.deliver_soon(connection_id)
        return len(due)

    async def _find_recipient(self, connection_id: UUID) -> Recipient | None:
        async with self._database.reading() as session:
            partner = await partners.find_partner_of_connection(session, connection_id)
        if partner is None or partner.webhook_url is None:
            return None
        return Recipient(partner.webhook_url, self._vault.decrypt(partner.secret_out))

    async def _claim(self, connection_id: UUID) -> list[Claim]:
        now = self._clock.now()
        async with self._database.writing() as session:
            return await deliveries.claim_due(
                session, connection_id, now=now, until=now + CLAIM, most_in_flight=MOST_IN_FLIGHT
            )

    async def _deliver_one(self, recipient: Recipient, claim: Claim) -> bool:
        """Send one change and record what came of it; whether the app answered at all."""
        change = claim.change
        answer = await self._sender.send(recipient, build_change_message(change), self._clock.now())
        outcome = read_outcome(answer, change.partner_id, change.kind)
        if isinstance(outcome, Refused):
            outcome = await self._take_refusal(change, outcome)
        await self._record(claim, outcome)
        return not isinstance(answer, Silence)

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

    async def _record(self, claim: Claim, outcome: Outcome) -> None:
        change, now = claim.change, self._clock.now()
        state, answer = _tell(outcome)
        async with self._database.writing() as session:
            # Connection, link, change: the order in which the loop locks them when it records.
            if not isinstance(outcome, Failed):
                await connections.raise_generation(session, change.connection_id)
            if isinstance(outcome, Applied):
                await changes.save_acknowledgement(
                    session,
                    change.link_id,
                    change.revision,
                    version=outcome.version,
                    replaced_version=outcome.replaced_version,
                    kind=change.kind,
                )
            due_at = now + draw_delay(change.attempts)
            is_ours = await deliveries.save_answer(
                session, claim, state=state, answer=answer, at=now, due_at=due_at
            )
        log.info("change_sent", cursor=change.cursor, state=state, answer=answer, claim_held=is_ours)
        if not isinstance(outcome, Failed):
            await self._waker.reconcile_soon([change.connection_id])


def _tell(outcome: Outcome) -> tuple[str, str]:
    """The state of a change after an outcome, and the answer in words."""
    match outcome:
        case Applied(version=None):
            return "applied", "applied"
        case Applied(version=version):
            return "applied", f"applied as version {version}"
        case Refused():
            return "refused", "refused: it was edited there first"
        case Failed(reason=reason):
            return "pending", reason
