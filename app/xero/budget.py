"""What Xero allows, what a call cost and what is left: the values by which a budget of calls is kept.

Xero allows five calls at once, sixty a minute and a daily number per organisation, and says on every answer what
remains (FACTS 2). Reading that is done here; holding back is left to a `CallBudget`, as `shared_budget` has one.
"""

import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from app.errors import RateLimited

CALLS_AT_ONCE = 5
"""Calls that one organisation may have under way (FACTS 2)."""

_MOST_RESERVED = {"minute": 10, "day": 500, "app_minute": 1000}

_WAIT_WHEN_UNTOLD = {
    "concurrent": timedelta(seconds=1),
    "day": timedelta(hours=1),
    "daylimit": timedelta(hours=1),
}
_WAIT_FOR_THE_REST = timedelta(minutes=1)
_LONGEST_WAIT_SECONDS = 24 * 60 * 60
_DIGITS_OF_A_COUNT = 9


@dataclass(frozen=True, slots=True)
class Remaining:
    """Calls left, this minute and day for the organisation, this minute for the app; None where Xero is silent."""

    minute: int | None = None
    day: int | None = None
    app_minute: int | None = None


@dataclass(frozen=True, slots=True)
class CallMade:
    """One HTTP request to Xero. `status` is None where no whole answer came; bytes are of the bodies.

    `correlation_id` is what Xero's support asks for.
    """

    xero_tenant_id: str
    method: str
    path: str
    status: int | None
    bytes_sent: int
    bytes_received: int
    took: timedelta
    remaining: Remaining
    correlation_id: str | None


CallLog = Callable[[CallMade], None]
"""Told of every request, from the thread that made it: it must be quick and safe to call from several threads."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Calls that Xero allows an organisation in a minute and a day, and the app in a minute over all (FACTS 2)."""

    minute: int = 60
    day: int = 5000
    app_minute: int = 10_000

    @property
    def reserve(self) -> "Allowance":
        """What a bulk leaves to single edits and to the API: a sixth of the minute, a tenth of the rest."""
        return Allowance(
            min(self.minute // 6, _MOST_RESERVED["minute"]),
            min(self.day // 10, _MOST_RESERVED["day"]),
            min(self.app_minute // 10, _MOST_RESERVED["app_minute"]),
        )

    @property
    def for_bulk(self) -> "Allowance":
        """What is left without the reserve."""
        reserve = self.reserve
        return Allowance(
            self.minute - reserve.minute, self.day - reserve.day, self.app_minute - reserve.app_minute
        )


class CallBudget(Protocol):
    """Asked before every call to an organisation, and told what came of it."""

    def slot(self, xero_tenant_id: str, *, is_bulk: bool) -> AbstractAsyncContextManager[None]:
        """One of the calls at once, held for as long as the block runs. Entering raises `RateLimited` where none
        becomes free soon.
        """
        ...

    async def take(self, xero_tenant_id: str, *, is_bulk: bool) -> int:
        """Take a place for one call; answers the call's number. Raises `RateLimited` where there is no place soon."""
        ...

    def hear(self, call: CallMade) -> None:
        """Note what an answer's headers said. A `CallLog`: called from the thread that made the call."""
        ...

    async def settle(self, xero_tenant_id: str, number: int) -> None:
        """The call of that number was answered: pass on what was heard."""
        ...

    async def close(self, xero_tenant_id: str, limited: RateLimited) -> None:
        """Xero refused a call for its limits: nobody is to call until it said."""
        ...


class NoBudget:
    """A budget that holds nobody back."""

    @asynccontextmanager
    async def slot(self, xero_tenant_id: str, *, is_bulk: bool) -> AsyncIterator[None]:
        """Go ahead."""
        yield

    async def take(self, xero_tenant_id: str, *, is_bulk: bool) -> int:
        """Go ahead."""
        return 0

    def hear(self, call: CallMade) -> None:
        """Nothing is kept."""

    async def settle(self, xero_tenant_id: str, number: int) -> None:
        """Nothing is kept."""

    async def close(self, xero_tenant_id: str, limited: RateLimited) -> None:
        """The one who was refused knows."""


def ignore_call(call: CallMade) -> None:
    """A call log for those who keep none."""


def read_remaining(headers: Mapping[str, str]) -> Remaining:
    """What Xero's headers say is left. Names are looked up as written: pass a mapping that ignores case."""
    return Remaining(
        _count(headers.get("X-MinLimit-Remaining")),
        _count(headers.get("X-DayLimit-Remaining")),
        _count(headers.get("X-AppMinLimit-Remaining")),
    )


def read_rate_limit(headers: Mapping[str, str]) -> RateLimited:
    """The error for a 429. Retry-After comes with the minute and day limits only; a day's may be hours (FACTS 2)."""
    problem = headers.get("X-Rate-Limit-Problem") or "unknown"
    untold = _WAIT_WHEN_UNTOLD.get(problem.lower(), _WAIT_FOR_THE_REST)
    return RateLimited(f"Xero's {problem} limit was met", read_retry_after(headers) or untold, problem)


def read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Retry-After in seconds, never less than one; None where it is absent or unreadable, and where it asks for more
    than the day that the longest of Xero's limits lasts: nobody would come back from that.
    """
    try:
        seconds = math.ceil(float(headers.get("Retry-After") or "nan"))
    except (ValueError, OverflowError):
        return None
    return timedelta(seconds=max(seconds, 1)) if seconds <= _LONGEST_WAIT_SECONDS else None


def _count(text: str | None) -> int | None:
    is_count = text and text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_A_COUNT
    return int(text) if text and is_count else None
