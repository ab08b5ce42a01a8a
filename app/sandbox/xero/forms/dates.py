"""Dates and instants in the forms in which Xero writes and reads them (FACTS 4.5, 4.7).

Writes: `/Date(ms+0000)/`, the string twins without a zone, second precision for `UpdatedDateUTCString`, millisecond
precision without a `Z` for webhooks. Reads: `YYYY-MM-DD`, ISO and `/Date()/`; If-Modified-Since only in the one form
that Xero promises, so that anything else is ignored as it may be at Xero.
"""

import re
from datetime import UTC, date, datetime

_NET_DATE = re.compile(r"^/Date\((-?\d+)([+-]\d{4})?\)/$")
_MODIFIED_SINCE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _milliseconds(instant: datetime) -> int:
    span = instant - _EPOCH
    return (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000


def net_instant(instant: datetime) -> str:
    """`/Date(1541176290160+0000)/`."""
    return f"/Date({_milliseconds(instant)}+0000)/"


def net_instant_bare(instant: datetime) -> str:
    """`/Date(1541176290160)/`, the form of the envelope's DateTimeUTC and of CreatedDateUTC."""
    return f"/Date({_milliseconds(instant)})/"


def net_date(day: date) -> str:
    """A date as midnight UTC in the `/Date()/` form."""
    return f"/Date({(day - _EPOCH.date()).days * 86_400_000}+0000)/"


def date_string(day: date) -> str:
    """The string twin of a date: midnight without a zone."""
    return f"{day.isoformat()}T00:00:00"


def utc_string(instant: datetime) -> str:
    """`UpdatedDateUTCString`: whole seconds, with `+00:00`."""
    return instant.astimezone(UTC).replace(microsecond=0).isoformat()


def event_instant(instant: datetime) -> str:
    """A webhook's eventDateUtc: milliseconds, no zone (FACTS 3)."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def seven_digits(instant: datetime) -> str:
    """The form of `/connections`: no zone, seven decimals."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}0"


def parse_date(text: str) -> date:
    """A date from any form that Xero reads. Raises ValueError for anything else."""
    found = _NET_DATE.match(text)
    if found:
        return datetime.fromtimestamp(int(found.group(1)) / 1000, UTC).date()
    instant = datetime.fromisoformat(text)
    return (instant.astimezone(UTC) if instant.tzinfo else instant).date()


def parse_modified_since(text: str | None) -> datetime | None:
    """The header's instant, or None when the header is absent or in a form that Xero ignores (FACTS 4.7)."""
    if text is None or not _MODIFIED_SINCE.match(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
