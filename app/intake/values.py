"""The kinds of text that a document may hold, each a type that Pydantic checks and OpenAPI describes.

Everything stays text from the wire to the database: a decimal is written in plain digits and never passes through a
float, a date has no time zone, an instant is turned to UTC. Text that PostgreSQL cannot keep is refused here.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.domain.record.fields import instant_text

_DECIMAL = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?")
_IDENTITY = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
# A quantity times a price of this many digits still fits the 28 digits of Python's decimals with cents to spare.
_WHOLE_DIGITS = 10
_LARGEST_INTEGER = 2**53 - 1


def refused(why: str) -> PydanticCustomError:
    """The error that a validator raises, with its sentence as the message."""
    return PydanticCustomError("refused", "{why}", {"why": why})


def is_text(said: str) -> bool:
    """Whether it can be written as UTF-8: half a surrogate pair, which JSON can escape, cannot."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_storable(text: str) -> str:
    if "\x00" in text:
        raise refused("must not hold a NUL character")
    return text


def _check_identity(text: str) -> str:
    if not _IDENTITY.fullmatch(text):
        raise refused("must be 1 to 64 of the characters A-Z a-z 0-9 _ . : -")
    return text


def _check_day(text: str) -> str:
    if not _DAY.fullmatch(text):
        raise refused("must be a date as YYYY-MM-DD")
    try:
        date.fromisoformat(text)
    except ValueError:
        raise refused("is no date of the calendar") from None
    return text


def _check_instant(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise refused("must say its offset from UTC, as in 2026-11-20T03:15:00Z")
        return instant_text(at)
    except (ValueError, OverflowError) as error:
        if isinstance(error, PydanticCustomError):
            raise
        raise refused("must be an instant in ISO 8601, as in 2026-11-20T03:15:00Z") from None


def _check_currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise refused("must be three capital letters, as in AUD")
    return text


def _check_address(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise refused("must be a whole http:// or https:// address") from None
    if text and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise refused("must be a whole http:// or https:// address")
    return text


def _decimal(
    places: int, *, above: int | None = None, least: int | None = None, most: int | None = None
) -> Any:
    """What checks a decimal of at most `places` places, within bounds."""
    return AfterValidator(_decimal_check(places, above, least, most))


def _decimal_check(
    places: int, above: int | None, least: int | None, most: int | None
) -> Callable[[str], str]:
    def check(text: str) -> str:
        found = _DECIMAL.fullmatch(text)
        if not found:
            raise refused('must be a decimal in plain digits, as in "12.50"')
        if len(found[1]) > _WHOLE_DIGITS:
            raise refused(f"must have at most {_WHOLE_DIGITS} digits before the point")
        if len(found[2] or "") > places:
            raise refused(f"has more than {places} decimal places")
        value = Decimal(text)
        if above is not None and value <= above:
            raise refused(f"must be more than {above}")
        if least is not None and value < least:
            raise refused(f"must be at least {least}")
        if most is not None and value > most:
            raise refused(f"must be at most {most}")
        return text

    return check


def _text(longest: int, shortest: int = 0) -> Any:
    return StringConstraints(strict=True, min_length=shortest, max_length=longest)


def _shown_as(**schema: Any) -> Any:
    return WithJsonSchema({"type": "string", **schema})


_STORABLE = AfterValidator(_check_storable)

Identity = Annotated[
    str, _text(64), AfterValidator(_check_identity), _shown_as(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")
]
"""An id that the partner chose, or that we chose for what was born in Xero."""
Name = Annotated[str, _text(255, 1), _STORABLE]
Line = Annotated[str, _text(255), _STORABLE]
"""One line of text; an empty one means the same as none."""
Text30 = Annotated[str, _text(30), _STORABLE]
"""A line's item code, which may be empty."""
Text50 = Annotated[str, _text(50), _STORABLE]
"""A short line, of as many characters as Xero's short fields of a contact hold."""
Phone = Annotated[str, _text(82), _STORABLE]
"""As long as what Xero shows of one: country code, area code and number, 20, 10 and 50 characters."""
AddressLine = Annotated[str, _text(500), _STORABLE]
Word = Annotated[str, _text(64), _STORABLE]
"""A category or a tax, in the partner's words."""
ItemCode = Annotated[str, _text(30, 1), _STORABLE]
"""The code of an item (FACTS 5)."""
ItemName = Annotated[str, _text(50, 1), _STORABLE]
Remark = Annotated[str, _text(1000), _STORABLE]
"""What a person says beside what they do, for whoever reads it later."""
LongText = Annotated[str, _text(4000), _STORABLE]
WebAddress = Annotated[str, _text(2048), _STORABLE, AfterValidator(_check_address), _shown_as(format="uri")]
Day = Annotated[str, _text(10), AfterValidator(_check_day), _shown_as(format="date")]
Instant = Annotated[str, _text(40), AfterValidator(_check_instant), _shown_as(format="date-time")]
Currency = Annotated[str, _text(3), AfterValidator(_check_currency), _shown_as(pattern="^[A-Z]{3}$")]
Amount = Annotated[str, _text(32), _decimal(2, above=0), _shown_as(pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$")]
Total = Annotated[str, _text(32), _decimal(2, least=0), _shown_as(pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$")]
Sum = Annotated[str, _text(32), _decimal(2), _shown_as(pattern=r"^-?[0-9]{1,10}(\.[0-9]{1,2})?$")]
"""What lines come to, which may be below zero."""
UnitPrice = Annotated[str, _text(32), _decimal(4), _shown_as(pattern=r"^-?[0-9]{1,10}(\.[0-9]{1,4})?$")]
Quantity = Annotated[str, _text(32), _decimal(4), _shown_as(pattern=r"^-?[0-9]{1,10}(\.[0-9]{1,4})?$")]
Percentage = Annotated[
    str, _text(32), _decimal(20, least=0, most=100), _shown_as(pattern=r"^[0-9]{1,3}(\.[0-9]{1,20})?$")
]
"""Of a discount, in as many places as a third of a hundred may have in Xero, which is not known to round it."""
Rate = Annotated[str, _text(32), _decimal(6, above=0), _shown_as(pattern=r"^[0-9]{1,10}(\.[0-9]{1,6})?$")]
"""A rate of exchange (FACTS 4.3)."""
Version = Annotated[StrictInt, Field(ge=1, le=_LARGEST_INTEGER)]
Revision = Annotated[StrictInt, Field(ge=0, le=_LARGEST_INTEGER)]
