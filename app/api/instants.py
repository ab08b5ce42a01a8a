"""An instant as callers give it: ISO 8601 with an offset, and nothing that pydantic would merely take for one."""

import re
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator

_BEGINS_WITH_A_DAY_AND_A_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]")


def _refuse_numbers(given: object) -> object:
    """A bare number would be taken for seconds since 1970, and a day for its midnight."""
    if isinstance(given, str) and _BEGINS_WITH_A_DAY_AND_A_TIME.match(given):
        return given
    raise ValueError("must be an instant with an offset, such as 2026-11-20T03:15:00Z")


Instant = Annotated[AwareDatetime, BeforeValidator(_refuse_numbers)]
"""Raises a fault that shows the form; the contract says `date-time`."""
