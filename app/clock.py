"""The time, given to whoever needs it.

Everything that depends on time takes a `Clock`, so that a test holds time in its hands and a scenario that spans days
runs at once. Every instant is an aware UTC datetime. What a clock measures is wall time; how long something took is
measured by whoever times it, with a monotonic counter.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved, for tests; it may be set back, as a machine's clock may."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)) -> None:
        self.set(now)

    def now(self) -> datetime:
        """Return the instant that the clock was last moved to."""
        return self._now

    def set(self, now: datetime) -> None:
        """Stand at this instant; a naive one is refused with `ValueError`."""
        if now.tzinfo is None:
            raise ValueError(f"an instant must be aware, {now!r} is not")
        self._now = now.astimezone(UTC)

    def advance(self, span: timedelta) -> datetime:
        """Move on by a span, and return the instant that it is then."""
        self._now += span
        return self._now
