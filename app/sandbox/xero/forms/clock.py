"""The sandbox's own clock: real time plus an offset that the control address can move forward.

Everything that expires or is dated here (tokens, idempotency keys, rate windows, webhook retries, UpdatedDateUTC)
asks this clock, so a test passes thirty days without waiting. Instants have millisecond precision, as Xero's do.
"""

from datetime import UTC, datetime, timedelta

MILLISECOND = timedelta(milliseconds=1)


class Clock:
    """A clock that only moves forward."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """The present as an aware UTC instant, cut to the millisecond."""
        present = datetime.now(UTC) + self._offset
        return present.replace(microsecond=present.microsecond // 1000 * 1000)

    def advance(self, span: timedelta) -> datetime:
        """Move forward by `span` (never back: raises ValueError) and return the new present."""
        if span < timedelta():
            raise ValueError("the clock only moves forward")
        self._offset += span
        return self.now()

    def stamp(self, after: datetime | None = None) -> datetime:
        """An instant for a change: the present, or one millisecond past `after` if that is later."""
        present = self.now()
        return present if after is None or present > after else after + MILLISECOND
