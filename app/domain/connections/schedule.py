"""When a connection works: as things come, or at set times (FEATURES E6, I10). Pure; the zones are the system's.

Times are local ones, so a run stays at breakfast when the clocks change. What a clock change does to a time:

    the time does not exist (clocks go forward)    it runs as long after the change as it would lie before it: 02:30 of
                                                   a night that skips from 02:00 to 03:00 is 03:30
    the time exists twice (clocks go back)         it runs at the first of the two
    a whole day does not exist                     its run is the one of the day after

So every local day has exactly one run of a daily mode, and every week one of a weekly mode. An hourly mode runs at that
minute of every hour that passes, of a doubled one as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


class Mode(StrEnum):
    """How often a connection works; `real_time` is at once."""

    REAL_TIME = "real_time"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Weekday(StrEnum):
    """The days of a week, in their order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


ZONE_OF_COUNTRY = {"AU": "Australia/Sydney", "NZ": "Pacific/Auckland", "GB": "Europe/London"}
"""The zone in which most businesses of a country live; elsewhere it is UTC until one is chosen."""

MIDNIGHT = time(0, 0)


def find_day(at: datetime, zone: str) -> date:
    """Which day an instant is where people live by that zone; an IANA name."""
    return at.astimezone(ZoneInfo(zone)).date()


def is_zone(name: str) -> bool:
    """Whether that is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Schedule:
    """A mode with its local time; of an hourly mode the minute alone counts. `weekday` is for a weekly one."""

    mode: Mode
    at: time
    weekday: Weekday
    zone: str

    def next_after(self, instant: datetime) -> datetime | None:
        """The first run after an instant, both in UTC; None in real time."""
        match self.mode:
            case Mode.REAL_TIME:
                return None
            case Mode.HOURLY:
                return self._next_hour(instant)
            case Mode.DAILY | Mode.WEEKLY:
                return next(run for run in self._runs(instant) if run > instant)

    def in_words(self) -> str:
        """When it works, for people."""
        match self.mode:
            case Mode.REAL_TIME:
                return "as things come"
            case Mode.HOURLY:
                return f"{self.at.minute} minutes past every hour ({self.zone})"
            case Mode.DAILY:
                return f"daily at {self.at:%H:%M} ({self.zone})"
            case Mode.WEEKLY:
                return f"every {self.weekday.value.capitalize()} at {self.at:%H:%M} ({self.zone})"

    def _next_hour(self, instant: datetime) -> datetime:
        """Searched minute by minute: where clocks move by half an hour, runs do not lie sixty minutes apart."""
        zone = ZoneInfo(self.zone)
        run = instant.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
        while run.astimezone(zone).minute != self.at.minute:
            run += MINUTE
        return run

    def _runs(self, instant: datetime) -> Iterator[datetime]:
        """The runs of the days around an instant, in their order; zones are less than two days apart from UTC."""
        day = instant.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=2)
        while True:
            if self._is_on(day):
                # Of a local time that exists twice, the first is meant; one that does not is moved past the gap.
                local = datetime.combine(day, self.at, ZoneInfo(self.zone))
                yield local.astimezone(UTC)
            day += timedelta(days=1)

    def _is_on(self, day: date) -> bool:
        return self.mode is Mode.DAILY or day.weekday() == list(Weekday).index(self.weekday)
