"""Delivering webhooks: signatures, five seconds to answer, retries, the intent-to-receive exchange (FACTS 3).

A POST that is not answered 2xx in time is tried again at once, then every 15 minutes of the sandbox's clock; after 24
hours the subscription is disabled until an intent to receive succeeds, and then everything kept is sent. Nothing is
delivered before such an exchange has succeeded once; it runs when the address is set, or when asked for.
"""

import asyncio
import base64
import hashlib
import hmac
import random
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx

from app.sandbox.xero.books.journal import Event
from app.sandbox.xero.events.webhook_queue import Numbered, WebhookQueue
from app.sandbox.xero.forms.clock import Clock

ANSWER_WITHIN = 5.0
RETRY_EVERY = timedelta(minutes=15)
DISABLED_AFTER = timedelta(hours=24)
_LOOK_AGAIN_SECONDS = 0.5
_OF_A_RUNNING_SERVER = frozenset({"_wake", "_sending", "_client"})


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: it takes longer than starting the sandbox."""
    return ssl.create_default_context()


@dataclass
class _Overdue:
    """A POST that has failed, and when it is due again."""

    batch: list[Numbered]
    failed_at: datetime
    due_at: datetime
    attempts: int


@dataclass
class Webhooks:
    """The app's one webhook subscription. Lives on the server's event loop; `publish` is called from there."""

    clock: Clock
    key: str
    root_url: str
    url: str | None = None
    is_disabled: bool = False
    wrong_signature_next: int = 0
    intent: dict[str, Any] | None = None
    log: list[dict[str, Any]] = field(default_factory=list)
    queue: WebhookQueue = field(init=False)
    _overdue: list[_Overdue] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)
    _client: httpx.AsyncClient | None = None

    def __post_init__(self) -> None:
        self.queue = WebhookQueue(self.root_url)

    def __getstate__(self) -> dict[str, Any]:
        """What is kept when a sandbox is put away: not who waits for it, nor its way out."""
        return {name: value for name, value in vars(self).items() if name not in _OF_A_RUNNING_SERVER}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _wake=asyncio.Event(), _sending=asyncio.Lock(), _client=None)

    def move(self, root_url: str, url: str | None) -> None:
        """Be at another address, and deliver to another."""
        self.root_url = self.queue.root_url = root_url
        self.url = url

    def publish(self, events: list[Event]) -> None:
        """Take events on; without a subscription they are gone."""
        if self.url:
            self.queue.add(events)
            self._wake.set()

    def wake(self) -> None:
        """Look at once for what may be sent (the clock or the settings have moved)."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver for as long as the server runs."""
        async with httpx.AsyncClient(
            timeout=ANSWER_WITHIN, trust_env=False, verify=_trusted(), follow_redirects=False
        ) as client:
            self._client = client
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _LOOK_AGAIN_SECONDS if self._overdue else None)
                self._wake.clear()
                if self.queue.mode == "live":
                    await asyncio.sleep(self.queue.delay_ms / 1000)
                    await self.deliver()

    async def deliver(self, everything: bool = False) -> list[dict[str, Any]]:
        """Send what waits, and the failed POSTs that are due (all of them with `everything`); the log of it."""
        async with self._sending:
            if not self.url or not (self.queue.pending or self._overdue):
                return []
            if self.is_disabled or not await self._is_confirmed():
                return []
            begun = len(self.log)
            now = self.clock.now()
            due = [entry for entry in self._overdue if everything or entry.due_at <= now]
            self._overdue = [entry for entry in self._overdue if entry not in due]
            for entry in due:
                await self._send(entry.batch, entry)
            for batch in self.queue.take_batches():
                await self._send(batch, None)
            return self.log[begun:]

    async def _is_confirmed(self) -> bool:
        """Whether an intent to receive has succeeded, trying one if none has."""
        intent = self.intent if self.intent and self.intent["ok"] else await self.exchange_intent()
        return bool(intent["ok"])

    async def exchange_intent(self) -> dict[str, Any]:
        """Send right and wrong signatures: every right one must get 2xx, every wrong one 401, nothing else with it."""
        signatures = [True, False, True, False]
        random.shuffle(signatures)
        requests = [await self._post([], is_right) for is_right in signatures]
        problems = [problem for request in requests for problem in _problems_of(request)]
        self.intent = {
            "ok": not problems,
            "at": self.clock.now().isoformat(),
            "problems": problems,
            "requests": requests,
        }
        if not problems:
            self.is_disabled = False
            self._wake.set()
        return self.intent

    async def _send(self, batch: list[Numbered], overdue: _Overdue | None) -> None:
        """One POST with its immediate second try; a batch that fails both waits for its next time."""
        attempts = overdue.attempts if overdue else 0
        for _ in range(1 if overdue else 2):
            is_right = self.wrong_signature_next <= 0
            self.wrong_signature_next = max(0, self.wrong_signature_next - 1)
            answer = await self._post(batch, is_right)
            attempts += 1
            delivered = answer["status"] is not None and 200 <= answer["status"] < 300
            events = [{"sequence": entry.sequence, **entry.view(self.root_url)} for entry in batch]
            outcome = "delivered" if delivered else "failed"
            self.log.append(
                {**answer, "n": len(self.log) + 1, "attempt": attempts, "outcome": outcome, "events": events}
            )
            if delivered:
                return
        now = self.clock.now()
        failed_at = overdue.failed_at if overdue else now
        self._overdue.append(_Overdue(batch, failed_at, now + RETRY_EVERY, attempts))
        self.is_disabled = self.is_disabled or now - failed_at >= DISABLED_AFTER

    async def _post(self, batch: list[Numbered], is_right: bool) -> dict[str, Any]:
        """One signed (or wrongly signed) POST and what came back."""
        body = self.queue.build_body(batch)
        signature = build_signature(self.key if is_right else f"not {self.key}", body)
        facts: dict[str, Any] = {
            "at": self.clock.now().isoformat(),
            "signed": "right" if is_right else "wrong",
        }
        begun = time.perf_counter()
        try:
            if self._client is None or self.url is None:
                raise httpx.ConnectError("no webhook address")
            headers = {
                "x-xero-signature": signature,
                "content-type": "application/json",
                "user-agent": "Xero-Webhooks",
            }
            async with asyncio.timeout(ANSWER_WITHIN):
                answer = await self._client.post(self.url, content=body, headers=headers)
            facts |= {
                "status": answer.status_code,
                "body_bytes": len(answer.content),
                "set_cookie": "set-cookie" in answer.headers,
            }
        except (httpx.HTTPError, TimeoutError) as error:
            facts |= {"status": None, "error": type(error).__name__}
        return {**facts, "milliseconds": round((time.perf_counter() - begun) * 1000, 1)}

    def view(self) -> dict[str, Any]:
        """Settings, what waits, what was sent, and the last intent to receive."""
        queue = self.queue
        names = (
            "mode", "delay_ms", "batch_size", "lose_next", "double_next", "shuffle", "sequence_scope", "sequence",
            "lost",
        )  # fmt: skip
        return {
            "url": self.url,
            "key": self.key,
            **{name: getattr(queue, name) for name in names},
            "wrong_signature_next": self.wrong_signature_next,
            "is_disabled": self.is_disabled,
            "pending": [{"sequence": entry.sequence, **entry.view(self.root_url)} for entry in queue.pending],
            "overdue": [
                {"attempts": entry.attempts, "due_at": entry.due_at.isoformat(), "events": len(entry.batch)}
                for entry in self._overdue
            ],
            "log": self.log,
            "intent_to_receive": self.intent,
        }


def build_signature(key: str, body: bytes) -> str:
    """`x-xero-signature`: base64 of HMAC-SHA256 over the raw body, the key taken as plain text."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def _problems_of(request: dict[str, Any]) -> list[str]:
    signed, status = request["signed"], request["status"]
    problems = []
    if signed == "right" and status != 200:
        problems.append(
            f"a rightly signed request was answered {status or request.get('error')} instead of 200"
        )
    if signed == "wrong" and status != 401:
        problems.append(
            f"a wrongly signed request was answered {status or request.get('error')} instead of 401"
        )
    if request.get("body_bytes"):
        problems.append("an answer had a body")
    if request.get("set_cookie"):
        problems.append("an answer set a cookie")
    return problems
