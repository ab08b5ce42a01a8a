"""How lists of links are narrowed to a page and put in order.

A place in a list is the instant by which it is sorted and the link's id, so that no two entries share one. What moves
while pages are read comes again in an ascending list by `updated`, and is never passed over in it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, literal, tuple_

Position = tuple[datetime, UUID]
"""Where a page ended."""

Statement = TypeVar("Statement", bound=Select[Any])


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

    def place(self, created_at: datetime, updated_at: datetime, link_id: UUID) -> Position:
        """The place of a link in a list sorted like this."""
        return (updated_at if self.is_by_update else created_at), link_id


def in_order(page: Statement, row: Any, sort: Sort, after: Position | None, limit: int) -> Statement:
    """The rows in that order, those after a place, so many of them at most."""
    instant = row.updated_at if sort.is_by_update else row.created_at
    if after is not None:
        place, end = tuple_(instant, row.id), tuple_(literal(after[0]), literal(after[1]))
        page = page.where(place < end if sort.is_newest_first else place > end)
    order = (instant.desc(), row.id.desc()) if sort.is_newest_first else (instant, row.id)
    return page.order_by(*order).limit(limit)
