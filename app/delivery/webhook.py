"""One signed call to a partner's app (Standard Webhooks), and what came back.

Whatever the other end does, a call ends within `TIMEOUT` and holds at most `LARGEST_ANSWER`: a longer answer is cut
off. Redirects are not followed, and nothing is tried again here. The webhook's id is that of the change or notice, so
that it stays the same over every retry; its timestamp is that of the attempt, as the signature's age is checked.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from standardwebhooks import Webhook

from app.db.changes import Change
from app.db.notices import Notice
from app.delivery.address import AddressRefused, check_address
from app.delivery.answers import Answer, Silence
from app.tls import trusted

TIMEOUT = timedelta(seconds=10)
"""From the first byte of connecting to the last of the answer."""

LARGEST_ANSWER = 1_000_000

_CONNECT_SECONDS = 5
# Shorter than the keep-alive of common servers (5 s): a connection that the other end closes at the moment in which we
# use it again would cost the change a retry.
_KEEPALIVE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a partner's changes and notices go and what they are signed with."""

    webhook_url: str
    secret: str = field(repr=False)


def build_client() -> httpx.AsyncClient:
    """The client for calls to partners: it takes no proxy and no password from the environment it runs in."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(TIMEOUT.total_seconds(), connect=_CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=200, keepalive_expiry=_KEEPALIVE_SECONDS),
        follow_redirects=False,
        trust_env=False,
        verify=trusted(),
        # Compressed, a small answer may become a very large one.
        headers={"accept-encoding": "identity", "user-agent": "Plumbline"},
    )


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a webhook's id, and a body that is the same at every attempt."""

    webhook_id: str
    body: str


class Sender:
    """Sends messages; safe to share between tasks."""

    def __init__(self, http: httpx.AsyncClient, *, https_only: bool, timeout: timedelta = TIMEOUT) -> None:
        self._http = http
        self._https_only = https_only
        self._timeout = timeout

    async def send(self, recipient: Recipient, message: Message, now: datetime) -> Answer | Silence:
        """Make the call; every way in which the network fails is a `Silence`."""
        try:
            check_address(recipient.webhook_url, https_only=self._https_only)
            async with asyncio.timeout(self._timeout.total_seconds()):
                return await self._post(recipient, message, now)
        except AddressRefused as refused:
            return Silence(str(refused))
        except (TimeoutError, httpx.TimeoutException):
            return Silence(f"no whole answer within {self._timeout.total_seconds():g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Silence(f"could not be reached ({type(error).__name__})")

    async def _post(self, recipient: Recipient, message: Message, now: datetime) -> Answer:
        headers = {"content-type": "application/json", **_sign(recipient.secret, message, now)}
        async with self._http.stream(
            "POST", recipient.webhook_url, content=message.body, headers=headers
        ) as answer:
            return Answer(answer.status_code, await _read_beginning(answer))


def build_change_message(change: Change) -> Message:
    """The message of a change: its type says of what kind of thing it is."""
    return _build(f"chg_{change.cursor}", change.type, change.created_at, change.cursor, change.body)


def build_notice_message(notice: Notice) -> Message:
    """The message of a notice."""
    return _build(f"ntc_{notice.cursor}", notice.type, notice.created_at, notice.cursor, notice.body)


def _build(webhook_id: str, kind: str, at: datetime, cursor: int, body: Mapping[str, Any]) -> Message:
    message = {"type": kind, "timestamp": at.isoformat(), "data": {"cursor": cursor, **body}}
    return Message(webhook_id, json.dumps(message, ensure_ascii=False))


def _sign(secret: str, message: Message, now: datetime) -> dict[str, str]:
    return {
        "webhook-id": message.webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message.webhook_id, now, message.body),
    }


async def _read_beginning(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > LARGEST_ANSWER:
            break
    return bytes(read[:LARGEST_ANSWER])
