"""One call to an endpoint with its record: what was sent, how long it took, what came back."""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.clock import Clock
from app.db.delivery.delivery_log import Call
from app.db.partners.endpoints import list_endpoints_of_connection
from app.db.partners.webhook_secrets import list_secrets
from app.db.postgres.session import ReadSession
from app.delivery.answers import Answer, Silence, read_text
from app.delivery.webhook import Message, Recipient, Sender
from app.domain.partner.endpoint import Endpoint, Part
from app.tracing import span
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint as it is called."""

    endpoint: Endpoint
    recipient: Recipient

    @property
    def id(self) -> UUID:
        return self.endpoint.id

    @property
    def applies(self) -> bool:
        return self.endpoint.part is Part.APPLIES


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made, or that could not be: its answer to be read, and what is kept of it."""

    answer: Answer | Silence
    call: Call

    @property
    def status(self) -> int | None:
        return self.call.status


async def list_targets(
    session: ReadSession, vault: Vault, connection_id: UUID, now: datetime
) -> list[Target]:
    """The enabled endpoints that a connection's messages go to, with the secrets that count now."""
    endpoints = await list_endpoints_of_connection(session, connection_id)
    return await add_secrets(session, vault, endpoints, now)


async def add_secrets(
    session: ReadSession, vault: Vault, endpoints: list[Endpoint], now: datetime
) -> list[Target]:
    """These endpoints as they are called."""
    secrets = await list_secrets(session, [endpoint.id for endpoint in endpoints], now)
    return [
        Target(
            endpoint,
            Recipient(endpoint.url, [vault.decrypt(secret.sealed) for secret in secrets[endpoint.id]]),
        )
        for endpoint in endpoints
    ]


async def make_call(sender: Sender, recipient: Recipient, message: Message, clock: Clock) -> Made:
    """Send a message once; never raises for what the network does."""
    at, began = clock.now(), time.monotonic()
    with span("delivery", webhook_id=message.webhook_id):
        answer = await sender.send(recipient, message, at)
    took = round((time.monotonic() - began) * 1000)
    if isinstance(answer, Silence):
        return Made(answer, Call(at, took, None, None, answer.reason))
    return Made(answer, Call(at, took, answer.status, read_text(answer.body), None))
