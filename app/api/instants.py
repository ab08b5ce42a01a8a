"""An instant as callers give it: ISO 8601 with an offset, and nothing that pydantic would merely take for one."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from app.intake.values import refused

_BEGINS_WITH_A_DAY_AND_A_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]")
_ENDS_WITH_A_BLANK_FOR_A_PLUS = re.compile(r" \d\d:?\d\d$")
_FORM = "must be an instant with an offset, such as 2026-11-20T03:15:00Z"


def _read(given: object, read: ValidatorFunctionWrapHandler) -> datetime:
    """A bare number would be taken for seconds since 1970, and a day for its midnight."""
    if not isinstance(given, str) or not _BEGINS_WITH_A_DAY_AND_A_TIME.match(given):
        raise refused(_FORM)
    try:
        instant: datetime = read(given)
        # As it is compared, which is in UTC, where the first and the last day of the calendar may not exist.
        instant.astimezone(UTC)
    except ValidationError:
        is_unescaped = _ENDS_WITH_A_BLANK_FOR_A_PLUS.search(given)
        raise refused(f"{_FORM}; the + of an address is written %2B" if is_unescaped else _FORM) from None
    except OverflowError:
        raise refused("lies outside the calendar") from None
    return instant


Instant = Annotated[AwareDatetime, WrapValidator(_read)]
"""Raises a fault that shows the form; the contract says `date-time`."""
