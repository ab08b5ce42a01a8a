"""The way into one shop: calls below its address, whatever its platform is, and what came back.

The client and the gate of addresses are given, and are those of partners' addresses: every connection is made to an
address that was checked, and redirects are not followed. A call ends within a time and an answer is read up to a size.
What is no answer to go on from is told as `ShopFailed`, with what the shop said for itself.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from app.clock import Clock
from app.errors import PlumblineError
from app.shops.platform import Answer, CredentialsRefused, ShopFailed

TIMEOUT = timedelta(seconds=30)
LARGEST_ANSWER = 10_000_000
LONGEST_WAIT = timedelta(hours=6)
"""Longer than that no shop is left alone, whatever it asks."""

_REFUSED, _NOT_FOUND, _TOO_MANY = (401, 403), 404, 429
_LONGEST_WORD = 200
_SHORTEST_SECRET = 8
"""What is shorter is a word, as a country, and stands in sentences."""
_SAYING = ("message", "error_description", "detail", "errors", "error")
"""Where platforms say in their JSON what was wrong."""

CheckForm = Callable[[str], None]
"""Raises an error of ours for an address that must not be called."""

Renew = Callable[[Mapping[str, str], datetime | None], Awaitable[None]]
"""Keeps new credentials of the shop."""


@dataclass(frozen=True, slots=True)
class Door:
    """What every shop is called through: safe to share."""

    http: httpx.AsyncClient
    check_form: CheckForm
    clock: Clock


@dataclass(slots=True)
class Front:
    """One shop for the length of a look: the `ShopCalls` that its platform is given."""

    door: Door
    address: str
    credentials: Mapping[str, str] = field(repr=False)
    zone: tzinfo
    orders_from: date
    keep: Renew

    def now(self) -> datetime:
        """The present instant."""
        return self.door.clock.now()

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask; raises `ShopFailed` for all but 2xx and 404."""
        return await self._call("GET", path, params=params, headers=headers)

    async def post(
        self,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask by a body, as GraphQL and token endpoints want it; raises `ShopFailed` as `get` does."""
        return await self._call("POST", path, json=json, data=form, headers=headers)

    async def renew(self, credentials: Mapping[str, str], until: datetime | None) -> None:
        """Keep new credentials, before they are used; those of before may be no good any more."""
        await self.keep(credentials, until)
        self.credentials = dict(credentials)

    async def _call(self, method: str, path: str, **asked: Any) -> Answer:
        url = path if path.startswith(("https://", "http://")) else f"{self.address}/{path.lstrip('/')}"
        try:
            self.door.check_form(url)
            async with asyncio.timeout(TIMEOUT.total_seconds()):
                async with self.door.http.stream(method, url, **asked) as answer:
                    body = await _read(answer)
        except ShopFailed:
            raise
        except PlumblineError as refused:
            raise ShopFailed(str(refused)) from None
        except (TimeoutError, httpx.TimeoutException):
            raise ShopFailed(
                f"The shop gave no whole answer within {TIMEOUT.total_seconds():g} seconds."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ShopFailed(f"The shop could not be reached ({type(error).__name__}).") from None
        return self._judge(answer, body)

    def _judge(self, answer: httpx.Response, body: bytes) -> Answer:
        now, status = self.door.clock.now(), answer.status_code
        found = Answer(
            status, answer.headers, _read_json(body), _read_instant(answer.headers.get("date")) or now
        )
        if answer.is_success and body.strip() and found.body is None:
            raise ShopFailed("The shop's answer is no JSON; see that the address is the shop's own.")
        if answer.is_success or status == _NOT_FOUND:
            return found
        said = _find_word(found.body, self.credentials.values())
        if status in _REFUSED:
            raise CredentialsRefused(
                f"The shop refused its credentials with {status}{said}. Enter credentials that may read its orders.",
                status=status,
            )
        if answer.is_redirect:
            raise ShopFailed(
                f"The shop's address leads elsewhere ({status}). Enter where it leads.", status=status
            )
        wait = _read_wait(answer.headers.get("retry-after"), found.at)
        if status == _TOO_MANY:
            raise ShopFailed(
                f"The shop had too many calls{said}. It is asked again later.",
                status=status,
                retry_after=wait,
            )
        raise ShopFailed(f"The shop answered {status}{said}.", status=status, retry_after=wait)


async def _read(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > LARGEST_ANSWER:
            raise ShopFailed(f"The shop's answer is longer than {LARGEST_ANSWER} bytes.")
    return bytes(read)


def _read_json(body: bytes) -> Any:
    """None where it is none; numbers stay as they were written, for no amount passes through a float."""
    try:
        return json.loads(body, parse_float=str)
    except (ValueError, RecursionError):
        return None


def _find_word(body: Any, secrets: Iterable[str]) -> str:
    """What the shop said was wrong, to be set into a sentence.

    It may repeat what it was called with, and its words are shown to people and go into logs.
    """
    if not isinstance(body, dict):
        return ""
    for name in _SAYING:
        word = body.get(name)
        if word and not isinstance(word, bool):
            text = word if isinstance(word, str) else json.dumps(word, default=str)
            plain = _hide(" ".join(text.split()), secrets)
            return f': "{plain[:_LONGEST_WORD]}"'
    return ""


def _hide(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "…")
    return text


def _read_instant(text: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at and at.tzinfo else None


def _read_wait(text: str | None, now: datetime) -> timedelta | None:
    """`Retry-After` as seconds, whole or not, or as an instant; None where it says neither."""
    if not text:
        return None
    try:
        wait = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        until = _read_instant(text)
        if until is None:
            return None
        wait = until - now
    return max(timedelta(0), min(wait, LONGEST_WAIT))
