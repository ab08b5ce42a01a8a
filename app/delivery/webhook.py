"""One signed call to a partner's app (Standard Webhooks), and what came back.

Whatever the other end does, a call ends within `TIMEOUT` and holds at most `LARGEST_ANSWER`: a longer answer is cut
off. Redirects are not followed, and nothing is tried again here. The webhook's id is that of the change or notice, so
that it stays the same over every retry and for every endpoint; its timestamp is that of the attempt, as the signature's
age is checked.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from standardwebhooks import Webhook

from app.db.delivery.changes import Change
from app.db.delivery.copies import CopyClaim
from app.db.delivery.fan_out import CHANGE, NOTICE
from app.db.delivery.notices import Notice
from app.delivery.address import Addresses, AddressRefused
from app.delivery.answers import Answer, Silence
from app.delivery.network import TIMEOUT

LARGEST_ANSWER = 1_000_000


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where messages go, and what they are signed with: by every secret that counts, while one replaces another."""

    url: str
    secrets: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a webhook's id, and a body that is the same at every attempt."""

    webhook_id: str
    body: str


class Sender:
    """Sends messages; safe to share between tasks."""

    def __init__(
        self, http: httpx.AsyncClient, addresses: Addresses, *, timeout: timedelta = TIMEOUT
    ) -> None:
        self._http = http
        self._addresses = addresses
        self._timeout = timeout

    async def send(self, recipient: Recipient, message: Message, now: datetime) -> Answer | Silence:
        """Make the call; every way in which the network fails is a `Silence`."""
        try:
            self._addresses.check_form(recipient.url)
            async with asyncio.timeout(self._timeout.total_seconds()):
                return await self._post(recipient, message, now)
        except AddressRefused as refused:
            return Silence(str(refused))
        except (TimeoutError, httpx.TimeoutException):
            return Silence(f"no whole answer within {self._timeout.total_seconds():g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Silence(f"could not be reached ({type(error).__name__})")

    async def _post(self, recipient: Recipient, message: Message, now: datetime) -> Answer:
        signed = sign(recipient.secrets, message.webhook_id, now, message.body)
        headers = {"content-type": "application/json", **signed}
        async with self._http.stream("POST", recipient.url, content=message.body, headers=headers) as answer:
            return Answer(answer.status_code, await read_beginning(answer))


def build_change_message(change: Change) -> Message:
    """The message of a change: its type says of what kind of thing it is."""
    return build_message(
        f"{CHANGE}{change.cursor}", change.type, change.created_at, change.cursor, change.body
    )


def build_notice_message(notice: Notice) -> Message:
    """The message of a notice."""
    return build_message(
        f"{NOTICE}{notice.cursor}", notice.type, notice.created_at, notice.cursor, notice.body
    )


def build_copy_message(claim: CopyClaim) -> Message:
    """The message of a copy: the very one that the applying endpoint is sent, under the same id."""
    return build_message(claim.message_id, claim.type, claim.told_at, claim.cursor, claim.body)


def build_message(webhook_id: str, kind: str, at: datetime, cursor: int, body: Mapping[str, Any]) -> Message:
    """A message from what it tells: the same each time that it is sent."""
    message = {"type": kind, "timestamp": at.isoformat(), "data": {"cursor": cursor, **body}}
    return Message(webhook_id, json.dumps(message, ensure_ascii=False))


def sign(secrets: Sequence[str], webhook_id: str, now: datetime, content: str) -> dict[str, str]:
    """The headers of Standard Webhooks; one signature for each secret."""
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(webhook_id, now, content) for secret in secrets),
    }


async def read_beginning(answer: httpx.Response, most: int = LARGEST_ANSWER) -> bytes:
    """At most so much of a body."""
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > most:
            break
    return bytes(read[:most])
