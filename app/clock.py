"""The time, given to whoever needs it.

Everything that depends on time takes a `Clock`, so that a test holds time in its hands and a scenario that spans days
runs at once. Every instant is an aware UTC datetime. What a clock measures is wall time; how long something took is
measured by whoever times it, with a monotonic counter.

Every process of one database goes by that database's time (`SharedClock`, kept by `db.postgres.timekeeper`), since what
one process writes another judges. A story of two, each by its own machine: worker A holds a lease for 90 seconds; B's
machine is two minutes ahead, so B finds the lease run out, takes it over, and both write to Xero.

What is left to the machine's own clock is what libraries read for themselves: whether a certificate is in force,
whether a webhook of a partner was signed within five minutes, and the instants of log lines. How long Xero's tokens
live is told as a span, and processes share when that ends: it is reckoned by the database's time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

SKEW_NOTED = timedelta(seconds=2)
"""How far two clocks may be apart before an operator is told."""

MOST_DRIFT = 0.0005
"""Seconds that a counter gains or loses in one, at most: NTP corrects no clock by more than that."""


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


def count_seconds() -> float:
    """Seconds since some moment, which nobody sets; those that a machine slept count too, where its system tells."""
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


@dataclass(frozen=True, slots=True)
class _Look:
    """It was `at` by the shared clock when the counter said `counted`, give or take `doubt` seconds."""

    at: datetime
    counted: float
    doubt: float

    def tell(self, counted: float) -> datetime:
        """What time it is when the counter says that."""
        return self.at + timedelta(seconds=counted - self.counted)

    def find_doubt(self, counted: float) -> float:
        """How far that may be off by then."""
        return self.doubt + MOST_DRIFT * abs(counted - self.counted)


class SharedClock:
    """The time of a server that several machines ask, and between two looks at it what this machine's counter adds.

    Where the machine's clock stands, and whether somebody sets it, moves nothing. Before the first look there is
    nothing else to go by.
    """

    def __init__(self, machine: Clock | None = None, count: Callable[[], float] = count_seconds) -> None:
        self._machine = machine or SystemClock()
        self._look: _Look | None = None
        self.count = count

    @property
    def is_set(self) -> bool:
        """Whether the server was ever asked."""
        return self._look is not None

    @property
    def ahead(self) -> timedelta | None:
        """How far the machine's clock is ahead of this one now; None before the first look."""
        return self._machine.now() - self.now() if self.is_set else None

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        look = self._look
        return self._machine.now() if look is None else look.tell(self.count())

    def set_by(self, at: datetime, before: float, after: float) -> None:
        """The server said `at`, between those two counts.

        A slow answer tells less than a quick one of a while ago, and is passed over; unless no drift explains what lies
        between the two: then the server's own clock was set, or another server has taken its place.
        """
        new, old = _Look(at.astimezone(UTC), (before + after) / 2, (after - before) / 2), self._look
        if old is not None:
            doubt = old.find_doubt(new.counted)
            apart = abs((new.at - old.tell(new.counted)).total_seconds())
            if new.doubt > doubt and apart <= new.doubt + doubt:
                return
        self._look = new


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
