"""Which lines an order's total has in it, and what the taxes of a line are called together.

Shops do not say of every charge whether it is in the total, or in a line already: a tip, duties, shipping that was
taken off again. The total tells: a line of which there is a doubt is one of the order where the sum asks for it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from app.domain.record.money import CENT
from app.shops.order import OrderLine

_LONGEST_WORD = 64
_NUMBER = re.compile(r"[0-9.]+")


def choose_lines(
    certain: Sequence[OrderLine], doubtful: Sequence[OrderLine], total: Decimal
) -> tuple[OrderLine, ...]:
    """The lines that come to the total: to the cent, else within a cent for each line; the certain ones where none do.

    As few of the doubtful ones as will do, in their order.
    """
    for each in (Decimal(0), CENT):
        for lines in _list_choices(certain, doubtful):
            if _is_within(lines, total, each):
                return lines
    return tuple(certain)


def fits(lines: Sequence[OrderLine], total: Decimal) -> bool:
    """Whether lines come to a total, within a cent for each of them."""
    return _is_within(lines, total, CENT)


def _is_within(lines: Sequence[OrderLine], total: Decimal, each: Decimal) -> bool:
    return abs(sum((line.amount for line in lines), Decimal(0)) - total) <= each * len(lines)


def _list_choices(
    certain: Sequence[OrderLine], doubtful: Sequence[OrderLine]
) -> Iterator[tuple[OrderLine, ...]]:
    for many in range(len(doubtful) + 1):
        for chosen in combinations(doubtful, many):
            yield (*certain, *chosen)


def name_tax(title: str, percentage: Decimal | None) -> str:
    """One tax by the shop's own name, with its rate unless the name says it: a shop may call two rates by one name."""
    rate = None if percentage is None else f"{percentage.normalize():f}"
    if rate is None or "%" in title or rate in _NUMBER.findall(title):
        return title
    return f"{title} {rate}%"


def join_taxes(words: Iterable[str]) -> str | None:
    """The word of a line's taxes: each once, in the order of their names; None where there is none."""
    return " + ".join(sorted(set(words)))[:_LONGEST_WORD] or None
