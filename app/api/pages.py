"""Pages by cursor, the same everywhere: how many, where the last one ended, where the next one begins.

A cursor is a text that the caller only hands back. Of lists that only ever grow (changes, notices, conflicts,
attempts) it is the number of the last entry, so that an entry's own number can be handed in as well. Of lists that can
be sorted and narrowed it names the list, the sort and the filters that it was made with (`Listing`): handed back with
others it would lead to a place that is none of that list, so it is refused.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from app.db.links.listing import Position
from app.db.postgres.numbered import Numbered
from app.intake.refusals import Fault, InputRefused

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before.")]

LARGEST_NUMBER = 2**63 - 1

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Entries in a stable order; `next` leads to the page after."""

    data: list[T]
    next: str | None = Field(description="Pass it as `cursor`; null when this was all there is now.")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it was asked for; a cursor of one is good for the same alone."""

    name: str
    sort: str = "created"
    filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """The sort in plain words, and the rest as a few digits that differ where it differs."""
        said = {name: value for name, value in self.filters.items() if value is not None}
        whole = json.dumps([self.name, said], sort_keys=True, default=str)
        return f"{self.sort}/{hashlib.sha256(whole.encode()).hexdigest()[:12]}"


class Asked(Protocol):
    """What a list may be narrowed and sorted by: a dataclass, of which these three are no filters."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def sort(self) -> str: ...
    @property
    def after(self) -> Position | None: ...
    @property
    def limit(self) -> int: ...


def name_listing(name: str, asked: Asked) -> Listing:
    """The list as it was asked for, by every filter that there is."""
    filters = {each.name: getattr(asked, each.name) for each in fields(asked)}
    return Listing(name, asked.sort, {each: filters[each] for each in filters.keys() - _NO_FILTERS})


_NO_FILTERS = {"sort", "after", "limit"}


def write_cursor(listing: Listing, place: Sequence[object]) -> str:
    """A cursor that leads on from a place, whose parts hold no blanks."""
    return base64.urlsafe_b64encode(" ".join([listing.mark, *map(str, place)]).encode()).decode()


def read_cursor(cursor: str | None, listing: Listing, parts: int) -> list[str] | None:
    """The so many parts of the place that a cursor leads on from, None for the first page; raises `invalid_request`."""
    if cursor is None:
        return None
    try:
        mark, *place = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().split(" ")
    except ValueError:
        raise refuse_cursor() from None
    if mark != listing.mark and "/" in mark and len(place) == parts:
        message = "is of another list, sort or filter; begin again without a cursor"
        raise InputRefused("invalid_request", "The cursor does not fit.", [Fault("cursor", message)])
    if mark != listing.mark or len(place) != parts:
        raise refuse_cursor()
    return place


def write_position(
    listing: Listing, page: Sequence[T], limit: int, position_of: Callable[[T], Position]
) -> str | None:
    """Where the page after this one begins; None when this one was not full."""
    if len(page) < limit:
        return None
    instant, link_id = position_of(page[-1])
    return write_cursor(listing, (instant.isoformat(), link_id))


def read_position(cursor: str | None, listing: Listing) -> Position | None:
    """The position that a cursor stands for; raises `invalid_request`."""
    place = read_cursor(cursor, listing, 2)
    return None if place is None else parse_position(place)


def parse_position(place: Sequence[str]) -> Position:
    """The instant and the id with which a place begins; raises `invalid_request`."""
    try:
        position = datetime.fromisoformat(place[0]), UUID(place[1])
    except ValueError:
        raise refuse_cursor() from None
    if position[0].tzinfo is None:
        raise refuse_cursor()
    return position


def write_number(page: Sequence[T], limit: int, number_of: Callable[[T], int]) -> str | None:
    """Where the next page of a list by growing number begins; None when this one was not full."""
    return str(number_of(page[-1])) if len(page) == limit else None


def read_number(cursor: str | None) -> int:
    """The number after which a page begins, 0 for the first; raises `invalid_request`."""
    if cursor is None:
        return 0
    return parse_number(cursor)


def parse_number(said: str) -> int:
    """A number of a cursor, none below 0; raises `invalid_request`."""
    if not (said.isascii() and said.isdecimal()) or int(said) > LARGEST_NUMBER:
        raise refuse_cursor()
    return int(said)


async def _get_number(cursor: Cursor = None) -> int:
    return read_number(cursor)


AfterNumber = Annotated[int, Depends(_get_number)]
"""Where a page of a list by growing number begins."""


class ByAge(StrEnum):
    """The oldest first, or the newest."""

    CREATED = "created"
    CREATED_LAST = "-created"

    @property
    def is_newest_first(self) -> bool:
        return self is ByAge.CREATED_LAST


SortedByAge = Annotated[
    ByAge,
    Query(description="With `-created` the newest first; a cursor goes on in the order that it was made in."),
]


async def _get_numbered(
    after: AfterNumber, limit: Limit = 100, sort: SortedByAge = ByAge.CREATED
) -> Numbered:
    return Numbered(after, limit, sort.is_newest_first)


AskedNumbers = Annotated[Numbered, Depends(_get_numbered)]
"""A page of such a list from either end."""


def refuse_cursor() -> InputRefused:
    """The refusal of a cursor that we did not write."""
    return InputRefused(
        "invalid_request", "The cursor is none of ours.", [Fault("cursor", "is none of ours")]
    )
