"""The loop of delivery: claim what is due for a connection, call the partner's endpoints, record what they answered.

Changes go to the one endpoint that applies them, which answers for the app, and so do notices, in order; copies of both
go to those that listen.

What happens when this process dies: before a call, the claim runs out and another worker sends the change. During a
call or before its answer is recorded, the same; the app has perhaps applied the change, answers the repeat with 2xx by
its revision, and nothing moves twice. After that there is nothing left to lose.

A change that a newer one supersedes while its call is under way is recorded all the same: what the app applied, it
applied. The newer one waits for that answer, so that the changes of one invoice arrive in order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from app.clock import Clock
from app.db import changes, connections, deliveries
from app.db.changes import Change
from app.db.copies import list_connections_with_copies
from app.db.deliveries import Claim
from app.db.delivery_log import Meaning, Told, save_call
from app.db.fan_out import CHANGE
from app.db.notices import list_connections_with_notices
from app.db.session import Database
from app.delivery.answers import Answer, Applied, Failed, Outcome, Refused, Silence, read_outcome
from app.delivery.backoff import draw_delay
from app.delivery.calls import Made, Target, list_targets, make_call
from app.delivery.copies import CopyDelivery
from app.delivery.flight import send_claimed
from app.delivery.health import Health
from app.delivery.notices import NoticeDelivery
from app.delivery.webhook import Sender, build_change_message
from app.metrics import CHANGES_APPLIED, DELIVERIES
from app.reconcile.ports import Waker
from app.vault import Vault

MOST_IN_FLIGHT = 8
"""Changes at a time to one connection's app, over all workers."""

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
        self._health = Health(database)
        self._notices = NoticeDelivery(database, clock, self._health)
        self._copies = CopyDelivery(database, clock, self._health)

    async def deliver(self, connection_id: UUID) -> None:
        """Send whatever is due for a connection, notices and changes, until nothing more is, or until its app no longer
        answers.

        One that does not answer is left to the next sweep, lest it keep a worker waiting for every one of its changes.
        """
        async with self._database.reading() as session:
            targets = await list_targets(session, self._vault, connection_id, self._clock.now())
        applying = next((target for target in targets if target.applies), None)
        # Side by side: an app that hangs over the one must not keep the others waiting.
        sending: list[Awaitable[None]] = [
            self._copies.deliver(self._sender, target, connection_id)
            for target in (await self._copies.list_due(connection_id, targets) if targets else [])
        ]
        if applying is not None:
            sending.append(self._notices.deliver(self._sender, applying, connection_id))
            sending.append(self._deliver_changes(applying, connection_id))
        await asyncio.gather(*sending)

    async def _deliver_changes(self, target: Target, connection_id: UUID) -> None:
        if target.endpoint.takes_changes:
            await send_claimed(
                partial(self._claim, target, connection_id), partial(self._deliver_one, target)
            )

    async def nudge_due(self) -> int:
        """Wake a worker for every connection with changes, notices or copies that are due; answers how many."""
        now = self._clock.now()
        async with self._database.reading() as session:
            with_changes = await deliveries.list_connections_due(session, now, _SWEEP_LIMIT)
            with_notices = await list_connections_with_notices(session, now, _SWEEP_LIMIT)
            with_copies = await list_connections_with_copies(session, now, _SWEEP_LIMIT)
        due = {*with_changes, *with_notices, *with_copies}
        for connection_id in due:
            await self._waker.deliver_soon(connection_id)
        return len(due)

    async def _claim(self, target: Target, connection_id: UUID) -> list[Claim]:
        now = self._clock.now()
        async with self._database.writing() as session:
            return await deliveries.claim_due(
                session,
                connection_id,
                now=now,
                until=now + CLAIM,
                most_in_flight=MOST_IN_FLIGHT,
                types=target.endpoint.wanted_types,
            )

    async def _deliver_one(self, target: Target, claim: Claim) -> bool:
        """Send one change and record what came of it; whether the app is worth another call now."""
        change = claim.change
        message = build_change_message(change)
        made = await make_call(self._sender, target.recipient, message, self._clock)
        outcome = read_outcome(made.answer, change.partner_id, change.kind)
        if isinstance(outcome, Refused):
            outcome = await self._take_refusal(change, outcome)
        goes_on = await self._record(target, claim, outcome, made)
        return goes_on and not isinstance(made.answer, Silence)

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

    async def _record(self, target: Target, claim: Claim, outcome: Outcome, made: Made) -> bool:
        change, now = claim.change, self._clock.now()
        state, answer = _tell(outcome)
        due_at = now + draw_delay(change.attempts)
        async with self._database.writing() as session:
            # Connection, link, change, endpoint: the loop locks the first three in that order when it records.
            if not isinstance(outcome, Failed):
                is_applied = isinstance(outcome, Applied)
                await connections.raise_generation(session, change.connection_id, has_answer=is_applied)
            if isinstance(outcome, Applied):
                await changes.save_acknowledgement(
                    session,
                    change.link_id,
                    change.revision,
                    version=outcome.version,
                    replaced_version=outcome.replaced_version,
                    kind=change.kind,
                )
            left = await deliveries.save_answer(
                session, claim, state=state, answer=answer, at=now, due_at=due_at
            )
            shown = _DELIVERY_STATES[state if isinstance(outcome, Applied) else left or "pending"]
            meaning = Meaning(shown, due_at, _is_well(made.answer), is_ours=left is not None)
            failing = await save_call(session, _told(target, change), made.call, meaning)
        DELIVERIES.labels("change", type(outcome).__name__.lower()).inc()
        if isinstance(outcome, Applied):
            CHANGES_APPLIED.observe(max(0.0, (now - change.created_at).total_seconds()))
        log.info("change_sent", cursor=change.cursor, state=state, answer=answer, claim_held=left is not None)
        if not isinstance(outcome, Failed):
            await self._waker.reconcile_soon([change.connection_id])
        return await self._health.judge(target.id, made.status, failing, now)


_DELIVERY_STATES = {
    "pending": "pending",
    "applied": "delivered",
    "refused": "refused",
    "superseded": "superseded",
}
"""What the record of a delivery says while its change is in a state."""


def _told(target: Target, change: Change) -> Told:
    return Told(target.id, change.connection_id, f"{CHANGE}{change.cursor}", change.type, change.cursor)


def _is_well(answer: Answer | Silence) -> bool:
    """An app that refuses a change works, whatever it refuses it with."""
    return isinstance(answer, Answer) and (200 <= answer.status < 300 or answer.status == 409)


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
