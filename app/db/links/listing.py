"""How lists of links are narrowed to a page and put in order.

A place in a list is the instant by which it is sorted and the link's id, so that no two entries share one. What moves
while pages are read comes again in an ascending list by `updated`, and is never passed over in it.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, literal_column, or_, tuple_

from app.db.links.rows import LinkRow
from app.domain.invoices.link import State

Position = tuple[datetime, UUID]
"""Where a page ended."""

Statement = TypeVar("Statement", bound=Select[Any])


class Kept(Protocol):
    """A link of any kind, as far as its place in a list goes."""

    @property
    def id(self) -> UUID: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...


class Sort(StrEnum):
    """By what a list is sorted: when a thing became known, or when anything of it was last written."""

    CREATED = "created"
    CREATED_LAST = "-created"
    UPDATED = "updated"
    UPDATED_LAST = "-updated"

    @property
    def is_by_update(self) -> bool:
        return self in (Sort.UPDATED, Sort.UPDATED_LAST)

    @property
    def is_newest_first(self) -> bool:
        return self in (Sort.CREATED_LAST, Sort.UPDATED_LAST)

    def is_beyond(self, one: str, other: str) -> bool:
        """One of two ids of an invoice's own comes after the other."""
        return one < other if self.is_newest_first else one > other

    def place_of(self, kept: Kept) -> Position:
        """The place of a link in a list sorted like this."""
        return (kept.updated_at if self.is_by_update else kept.created_at), kept.id


def in_order(page: Statement, row: Any, sort: Sort, after: Position | None, limit: int | None) -> Statement:
    """The rows in that order, those after a place, so many of them at most."""
    return from_place(
        page, (instant_of(row, sort), row.id), after, limit, is_newest_first=sort.is_newest_first
    )


def instant_of(row: Any, sort: Sort) -> Any:
    """The column by which that sorts."""
    return row.updated_at if sort.is_by_update else row.created_at


def from_place(
    page: Statement,
    place: tuple[Any, Any],
    after: Position | None,
    limit: int | None,
    *,
    is_newest_first: bool,
    is_end_included: bool = False,
) -> Statement:
    """The rows in the order of their places, which are two columns: those after one, or from that one on."""
    if after is not None:
        here, end = tuple_(*place), tuple_(literal(after[0]), literal(after[1]))
        if is_newest_first:
            page = page.where(here <= end if is_end_included else here < end)
        else:
            page = page.where(here >= end if is_end_included else here > end)
    return page.order_by(*(each.desc() if is_newest_first else each for each in place)).limit(limit)


def begins_with(shown: ColumnElement[str], beginning: str) -> Iterator[ColumnElement[bool]]:
    """A text in lower case begins like this, whatever the case of what is asked: as a range by bytes, which an index
    answers whatever the database's language.
    """
    yield shown.op("~>=~")(func.lower(beginning))
    # No text has this last character.
    yield shown.op("~<~")(func.lower(f"{beginning}\U0010ffff"))


def is_shown_as(row: LinkRow, state: State) -> ColumnElement[bool]:
    """A link is shown as behind while it is triggered, or waits for the app; the others as they were recorded. What a
    person set aside is held from that moment on.

    The state is no parameter: PostgreSQL would not know the partial indexes of this by one.
    """
    wanted: ColumnElement[str] = literal_column(f"'{state.value}'")
    is_triggered, is_skipped = row.generation > row.settled_generation, row.skipped_at.is_not(None)
    if state is State.BEHIND:
        return and_(or_(is_triggered, row.state == wanted), ~is_skipped)
    stands = and_(~is_triggered, row.state == wanted)
    return or_(stands, is_skipped) if state is State.HELD else and_(stands, ~is_skipped)
