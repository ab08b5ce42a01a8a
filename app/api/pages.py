"""Pages by cursor, the same everywhere: how many, where the last one ended, where the next one begins.

A cursor is a text that the caller only hands back. Of lists that only ever grow (changes, notices, conflicts,
attempts) it is the number of the last entry, so that an entry's own number can be handed in as well.
"""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from app.db.resources import Position
from app.intake.refusals import Fault, InputRefused

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]

LARGEST_NUMBER = 2**63 - 1

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Entries in a stable order; `next` leads to the page after."""

    data: list[T]
    next: str | None = Field(description="Pass it as `cursor`; null when this was all there is now.")


class Positioned(Protocol):
    """An entry that knows its place in the list."""

    @property
    def position(self) -> Position: ...


def write_cursor(page: Sequence[Positioned], limit: int) -> str | None:
    """Where the page after this one begins; None when this one was not full."""
    if len(page) < limit:
        return None
    made_at, link_id = page[-1].position
    return base64.urlsafe_b64encode(f"{made_at.isoformat()} {link_id}".encode()).decode()


def read_cursor(cursor: str | None) -> Position | None:
    """The position that a cursor stands for; raises `invalid_request` for one that we did not write."""
    if cursor is None:
        return None
    try:
        made_at, _, link_id = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().partition(" ")
        position = datetime.fromisoformat(made_at), UUID(link_id)
    except ValueError:
        position = None
    if position is None or position[0].tzinfo is None:
        raise _not_ours()
    return position


def write_number(page: Sequence[T], limit: int, number_of: Callable[[T], int]) -> str | None:
    """The same for a list by growing number: that of the last entry."""
    return str(number_of(page[-1])) if len(page) == limit else None


def read_number(cursor: Cursor = None) -> int:
    """The number after which a page begins, 0 for the first; raises `invalid_request`."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal()) or int(cursor) > LARGEST_NUMBER:
        raise _not_ours()
    return int(cursor)


AfterNumber = Annotated[int, Depends(read_number)]
"""Where a page of a list by growing number begins."""


def _not_ours() -> InputRefused:
    return InputRefused(
        "invalid_request", "The cursor is none of ours.", [Fault("cursor", "is none of ours")]
    )
