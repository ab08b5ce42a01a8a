"""Tolerant readers of Xero's JSON: text, numbers, dates and instants, in every form in which Xero writes them.

Whatever is absent, null or unreadable is None; nothing raises, because one odd element must not hide the others of its
page. Dates are the organisation's own calendar days; instants are aware UTC (FACTS 4.5).
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

Json = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LARGEST_EXPONENT = 30
"""Of a number that somebody means; one that only its exponent makes large would fill the memory once it is written."""

_NET_DATE = re.compile(r"^/Date\((-?\d+)(?:([+-])(\d\d)(\d\d))?\)/$")


def read_text(element: Mapping[str, Any], name: str) -> str | None:
    """A text as it stands, "" included; numbers become text."""
    value = element.get(name)
    return None if value is None or isinstance(value, bool | dict | list) else str(value)


def read_decimal(element: Mapping[str, Any], name: str) -> Decimal | None:
    """A number, or a text that says one."""
    value = element.get(name)
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(value) if isinstance(value, Decimal | int) else Decimal(str(value))
    except InvalidOperation:
        return None
    is_meant = number.is_finite() and abs(number.adjusted()) <= _LARGEST_EXPONENT
    return number if is_meant else None


def read_date(element: Mapping[str, Any], name: str) -> date | None:
    """A day. In `/Date(ms+hhmm)/` it is the day at that offset, which for Xero's own `+0000` is the day as shown."""
    value = element.get(name)
    if not isinstance(value, str):
        return None
    if (moment := _parse_net_date(value)) is not None:
        return moment.date()
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def read_instant(element: Mapping[str, Any], name: str) -> datetime | None:
    """An instant; one without a zone is UTC, as Xero's `...UTC` fields are."""
    value = element.get(name)
    if not isinstance(value, str):
        return None
    if (moment := _parse_net_date(value)) is not None:
        return moment.astimezone(UTC)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_object(element: Mapping[str, Any], name: str) -> Json:
    """A nested object, empty where there is none."""
    value = element.get(name)
    return value if isinstance(value, dict) else {}


def read_objects(element: Mapping[str, Any], name: str) -> list[Json]:
    """The objects of a nested list, empty where there is none."""
    value = element.get(name)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


@lru_cache(
    maxsize=10_000
)  # A page names the same days again and again, and each is read twice: judged, and taken.
def _parse_net_date(text: str) -> datetime | None:
    found = _NET_DATE.match(text)
    if found is None:
        return None
    milliseconds, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        return (EPOCH + timedelta(milliseconds=int(milliseconds))).astimezone(timezone(offset))
    except (OverflowError, ValueError):
        return None
