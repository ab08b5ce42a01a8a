"""What a call cost and what is left: the values from which a budget of calls and bytes can be kept.

Xero allows five calls at once, sixty a minute and a daily number per organisation, and says on every answer what
remains (FACTS 2). Reading that is done here; holding back is left to whoever keeps the budget.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.errors import RateLimited

CALLS_AT_ONCE = 5
"""Calls that one organisation may have under way (FACTS 2)."""

_WAIT_WHEN_UNTOLD = {
    "concurrent": timedelta(seconds=1),
    "day": timedelta(hours=1),
    "daylimit": timedelta(hours=1),
}
_WAIT_FOR_THE_REST = timedelta(minutes=1)


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
    """Retry-After in seconds, never less than one; None where it is absent or unreadable."""
    try:
        seconds = math.ceil(float(headers.get("Retry-After") or "nan"))
    except (ValueError, OverflowError):
        return None
    return timedelta(seconds=max(seconds, 1))


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
