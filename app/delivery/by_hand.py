"""Messages that a person has sent: a test, and one that was sent before.

They are made at once, in the call that asks for them, and kept like every other attempt. Neither says anything of
whether an endpoint is to be disabled; and what is answered to a message whose change has ended settles nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from app.clock import Clock
from app.db.delivery.delivery_log import Meaning, Told, save_call
from app.db.delivery.delivery_views import KeptDelivery
from app.db.delivery.enabling import hasten
from app.db.postgres.session import Database
from app.delivery.answers import read_acceptance
from app.delivery.calls import Made, Target, add_secrets, make_call
from app.delivery.webhook import Message, Sender, build_message
from app.domain.partner.endpoint import TEST, Endpoint
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class ByHand:
    """Sends what somebody asks for."""

    database: Database
    vault: Vault
    sender: Sender
    clock: Clock

    async def send_test(self, endpoint: Endpoint) -> tuple[str, Made]:
        """Try an endpoint, enabled or not; answers the message's id and what came back."""
        webhook_id, now = f"tst_{uuid4().hex}", self.clock.now()
        body = _build_test(endpoint, now)
        made = await self._call(endpoint, Message(webhook_id, body))
        is_taken = read_acceptance(made.answer) is None
        told = Told(endpoint.id, None, webhook_id, TEST, None, body=body)
        async with self.database.writing() as session:
            state = "delivered" if is_taken else "failed"
            await save_call(session, told, made.call, Meaning(state, now, is_well=None))
        return webhook_id, made

    async def send_again(self, endpoint: Endpoint, kept: KeptDelivery) -> None:
        """Send a message again under the id that it had. One that is not over yet is due now, and goes in its turn."""
        if kept.state == "pending":
            await self._hasten(endpoint, kept)
            return
        made = await self._call(endpoint, Message(kept.message_id, read_body(kept)))
        is_taken = read_acceptance(made.answer) is None
        told = Told(
            endpoint.id, kept.connection_id, kept.message_id, kept.type, kept.cursor, kept.is_copy, kept.body
        )
        meaning = Meaning(
            "delivered" if is_taken else kept.state, kept.due_at, is_well=is_taken or None, is_ours=False
        )
        async with self.database.writing() as session:
            await save_call(session, told, made.call, meaning)

    async def _call(self, endpoint: Endpoint, message: Message) -> Made:
        async with self.database.reading() as session:
            [target] = await add_secrets(session, self.vault, [endpoint], self.clock.now())
        return await self._make(target, message)

    async def _make(self, target: Target, message: Message) -> Made:
        return await make_call(self.sender, target.recipient, message, self.clock)

    async def _hasten(self, endpoint: Endpoint, kept: KeptDelivery) -> None:
        waiting: list[UUID] = [kept.connection_id] if kept.connection_id else []
        async with self.database.writing() as session:
            await hasten(session, endpoint, waiting, self.clock.now())


def read_body(kept: KeptDelivery) -> str:
    """A message's body as it was sent: what it tells never changes, and is written the same way every time."""
    if kept.body is not None:
        return kept.body
    assert kept.told is not None  # changes and notices are kept longer than deliveries
    assert kept.told_at is not None
    assert kept.cursor is not None
    return build_message(kept.message_id, kept.type, kept.told_at, kept.cursor, kept.told).body


def _build_test(endpoint: Endpoint, at: datetime) -> str:
    data: dict[str, Any] = {
        "endpoint_id": str(endpoint.id),
        "message": "A test. It tells nothing and asks for nothing but a 2xx.",
    }
    return json.dumps({"type": TEST, "timestamp": at.isoformat(), "data": data})
