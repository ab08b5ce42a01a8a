"""Pages by cursor: how many, where the last one ended, where the next one begins."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from app.db.resources import Position
from app.intake.refusals import Fault, InputRefused

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="Only what comes after this cursor.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Entries in a stable order; `next` leads to the page after, null on the last one."""

    data: list[T]
    next: str | None = Field(description="Pass it as `cursor`.")


class Feed(BaseModel, Generic[T]):
    """Entries by growing number; `next` is the number of the last one if there may be more."""

    data: list[T]
    next: int | None = Field(description="Pass it as `after`; null when this was all there is now.")


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
        raise InputRefused(
            "invalid_request", "The cursor is none of ours.", [Fault("cursor", "is none of ours")]
        )
    return position
