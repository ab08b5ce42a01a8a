"""Lists whose entries have numbers that only grow: a page of them, from either end."""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select

Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Numbered:
    """Which part of such a list is wanted: what comes after a number in its order; 0 is its beginning."""

    after: int = 0
    limit: int = 100
    is_newest_first: bool = False


FIRST_PAGE = Numbered()


def in_numbers(page: Statement, number: Any, wanted: Numbered) -> Statement:
    """That part of it; `number` is the column."""
    if not wanted.is_newest_first:
        return page.where(number > wanted.after).order_by(number).limit(wanted.limit)
    if wanted.after:
        page = page.where(number < wanted.after)
    return page.order_by(number.desc()).limit(wanted.limit)
