"""One signed call to a partner's app (Standard Webhooks), and what came back.

Whatever the other end does, a call ends within `TIMEOUT` and holds at most `LARGEST_ANSWER`: a longer answer is cut
off. Redirects are not followed, and nothing is tried again here. The webhook's id is the change's own, so that it stays
the same over every retry; its timestamp is that of the attempt, as the signature's age is checked.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from standardwebhooks import Webhook

from app.db.changes import Change
from app.delivery.address import AddressRefused, check_address
from app.delivery.answers import Answer, Silence

TIMEOUT = timedelta(seconds=10)
"""From the first byte of connecting to the last of the answer."""

LARGEST_ANSWER = 1_000_000

_CONNECT_SECONDS = 5
# Shorter than the keep-alive of common servers (5 s): a connection that the other end closes at the moment in which we
# use it again would cost the change a retry.
_KEEPALIVE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a partner's changes go and what they are signed with."""

    webhook_url: str
    secret: str = field(repr=False)


def build_client() -> httpx.AsyncClient:
    """The client for calls to partners: it takes no proxy and no password from the environment it runs in."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(TIMEOUT.total_seconds(), connect=_CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=200, keepalive_expiry=_KEEPALIVE_SECONDS),
        follow_redirects=False,
        trust_env=False,
        # Compressed, a small answer may become a very large one.
        headers={"accept-encoding": "identity", "user-agent": "Plumbline"},
    )


class Sender:
    """Sends changes; safe to share between tasks."""

    def __init__(self, http: httpx.AsyncClient, *, https_only: bool, timeout: timedelta = TIMEOUT) -> None:
        self._http = http
        self._https_only = https_only
        self._timeout = timeout

    async def send(self, recipient: Recipient, change: Change, now: datetime) -> Answer | Silence:
        """Make the call; every way in which the network fails is a `Silence`."""
        try:
            check_address(recipient.webhook_url, https_only=self._https_only)
            async with asyncio.timeout(self._timeout.total_seconds()):
                return await self._post(recipient, change, now)
        except AddressRefused as refused:
            return Silence(str(refused))
        except (TimeoutError, httpx.TimeoutException):
            return Silence(f"no whole answer within {self._timeout.total_seconds():g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Silence(f"could not be reached ({type(error).__name__})")

    async def _post(self, recipient: Recipient, change: Change, now: datetime) -> Answer:
        body = build_message(change)
        headers = {"content-type": "application/json", **_sign(recipient.secret, change, body, now)}
        async with self._http.stream("POST", recipient.webhook_url, content=body, headers=headers) as answer:
            return Answer(answer.status_code, await _read_beginning(answer))


def build_message(change: Change) -> str:
    """The body that a partner's app receives, the same at every attempt."""
    data = {"cursor": change.cursor, **change.body}
    message = {"type": "invoice.changed", "timestamp": change.created_at.isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False)


def _sign(secret: str, change: Change, body: str, now: datetime) -> dict[str, str]:
    webhook_id = f"chg_{change.cursor}"
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, now, body),
    }


async def _read_beginning(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > LARGEST_ANSWER:
            break
    return bytes(read[:LARGEST_ANSWER])
