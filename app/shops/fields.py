"""Readers of a shop's JSON. What an invoice cannot do without raises `OrderUnreadable` where it is absent or odd.

A `get` raises, a `find` answers None. Amounts may be numbers or texts; a float is read by its shortest form, which is
what the shop wrote.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

from app.shops.platform import OrderUnreadable

Json = Mapping[str, Any]

_SMALLEST, _LARGEST = -10, 11
"""Powers of ten between which amounts are reckoned with, so that no sum of them loses a digit."""
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
"""Instants outside of these are in no zone's calendar everywhere."""


def find_text(element: Json, name: str) -> str | None:
    """A text without the space around it, None where it is absent or empty; numbers become text."""
    value = element.get(name)
    if value is None or isinstance(value, bool | dict | list):
        return None
    return str(value).strip() or None


def get_text(element: Json, name: str) -> str:
    """A text; raises `OrderUnreadable`."""
    found = find_text(element, name)
    if found is None:
        raise OrderUnreadable(f"Its {name} is missing.")
    return found


def find_amount(element: Json, name: str) -> Decimal | None:
    """An amount, None where it is absent; raises `OrderUnreadable` for what is no number."""
    text = find_text(element, name)
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or (number and not _SMALLEST <= number.adjusted() < _LARGEST):
        raise OrderUnreadable(f"Its {name} is {text[:40]!r}, which is no amount.")
    return number


def get_amount(element: Json, name: str) -> Decimal:
    """An amount; raises `OrderUnreadable`."""
    found = find_amount(element, name)
    if found is None:
        raise OrderUnreadable(f"Its {name} is missing.")
    return found


def has_amount(element: Json, name: str) -> bool:
    """Whether an amount is told that is not nothing; what is no number counts too, for whoever reads it to tell."""
    return (find_text(element, name) or "").strip("0.") != ""


def find_instant(element: Json, name: str) -> datetime | None:
    """An instant as ISO 8601 or as e-mails have it (RFC 2822); one without a zone is UTC."""
    text = find_text(element, name)
    if text is None:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
        if _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return moment
    raise OrderUnreadable(f"Its {name} is {text[:40]!r}, which is no instant.")


def get_instant(element: Json, name: str) -> datetime:
    """An instant; raises `OrderUnreadable`."""
    found = find_instant(element, name)
    if found is None:
        raise OrderUnreadable(f"Its {name} is missing.")
    return found


def find_date(element: Json, name: str) -> date | None:
    """The day of an instant as the shop's own calendar has it, whatever zone it names."""
    text = find_text(element, name)
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise OrderUnreadable(f"Its {name} is {text[:40]!r}, which is no day.") from None


def find_object(element: Json, name: str) -> Json:
    """A nested object, empty where there is none."""
    value = element.get(name)
    return value if isinstance(value, Mapping) else {}


def list_objects(element: Json, name: str) -> list[Json]:
    """The objects of a nested list, empty where there is none."""
    value = element.get(name)
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []
