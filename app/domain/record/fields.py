"""The canonical form of an invoice: a flat map from a path to a JSON value.

A flat map makes observation, comparison, merge, conflict and change one mechanism for every field. Paths are header
names (`reference`), members of a group (`lines/l1/unit_price`, `payments/p1/amount`) and `line_order`. A group is one
line, payment or credit; it exists when any of its members does. Values are canonical text, so equality is equality of
meaning: decimals without trailing zeros ("1890"), dates and instants in ISO 8601, an empty text as None.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

Value = Any
Fields = Mapping[str, Value]

LINE_ORDER = "line_order"

DISCOUNTS = ("discount_rate", "discount_amount")
"""The members of a line that say what is taken off it; a line has one of them at most."""


class Absent(Enum):
    """The value of a path that is not there; None is a value (an empty reference), absence is not."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent.ABSENT


def group_of(path: str) -> str | None:
    """The group that a path belongs to, `lines/l1` for `lines/l1/tax`; None for a header field."""
    kind, _, rest = path.partition("/")
    return f"{kind}/{rest.partition('/')[0]}" if rest else None


def member_of(path: str) -> str:
    """The last part of a path: the field's own name."""
    return path.rpartition("/")[2]


def grouped(fields: Fields) -> tuple[dict[str, Value], dict[str, dict[str, Value]]]:
    """Split into header fields by path, and groups by name with their members by path."""
    header: dict[str, Value] = {}
    groups: dict[str, dict[str, Value]] = {}
    # The members of a group stand together, so that most paths are of the group of the one before.
    start, members = "/", header
    for path, value in fields.items():
        if not path.startswith(start):
            group = group_of(path)
            start, members = (f"{group}/", groups.setdefault(group, {})) if group else ("/", header)
        members[path] = value
    return header, groups


def keys_of(fields: Fields, kind: str) -> list[str]:
    """Keys of the groups of one kind (`lines`, `payments`, `credits`), in order of first appearance."""
    # Asked again and again for each change, mostly of kinds that are not there: a search costs a third of a loop.
    paths = "\n" + "\n".join(fields)
    return list(dict.fromkeys(_find_groups(kind)(paths))) if f"\n{kind}/" in paths else []


@cache
def _find_groups(kind: str) -> Callable[[str], list[str]]:
    """Finds the keys in paths of a line each. The members of a group stand together and are passed over as one; where
    they do not, its key is found again.
    """
    return re.compile(rf"\n{kind}/([^/]+)/.*(?:\n{kind}/\1/.*)*").findall


def line_keys(fields: Fields) -> list[str]:
    """Keys of the lines in their order; a line that the order forgot comes last."""
    present = dict.fromkeys(keys_of(fields, "lines"))
    order = [key for key in fields.get(LINE_ORDER) or [] if key in present]
    placed = set(order)
    return order + [key for key in present if key not in placed]


def member(fields: Fields, kind: str, key: str, name: str) -> Value:
    """The value of one member of one group; None where it is not there."""
    return fields.get(f"{kind}/{key}/{name}")


def is_given(before: Fields, now: Fields, path: str) -> bool:
    """Whether a path was given a value, and not only lost one."""
    value = now.get(path)
    return value is not None and value != before.get(path)


def is_text_only(fields: Fields, key: str) -> bool:
    """Whether a line is only a description: it is said to have no price, so it has no account or tax (FACTS 4.3)."""
    return fields.get(f"lines/{key}/unit_price", ABSENT) is None


def differing(one: Fields, other: Fields) -> list[str]:
    """Paths whose values differ between two maps, absence counted as a value; sorted."""
    if one == other:
        return []
    moved = [path for path, value in one.items() if other.get(path, ABSENT) != value]
    return sorted(moved + [path for path in other if path not in one])


def without_groups(fields: Fields, kind: str) -> dict[str, Value]:
    """The map without any group of that kind."""
    return {path: value for path, value in fields.items() if not path.startswith(f"{kind}/")}


def without_group(fields: Fields, kind: str, key: str) -> dict[str, Value]:
    """The map without that one group."""
    return {path: value for path, value in fields.items() if not path.startswith(f"{kind}/{key}/")}


def only_groups(fields: Fields, kind: str) -> dict[str, Value]:
    """The groups of that kind alone."""
    return {path: value for path, value in fields.items() if path.startswith(f"{kind}/")}


def decimal_text(value: Decimal | str | int) -> str:
    """Canonical text of a decimal: plain notation, no trailing zeros ("1890.00" and "1.89E3" are "1890")."""
    text = format(Decimal(value).normalize(), "f")
    return "0" if text in {"-0", "0"} else text


def instant_text(at: datetime) -> str:
    """Canonical text of an instant: UTC, milliseconds only where there are any, `Z`."""
    at = at.astimezone(UTC)
    timespec = "milliseconds" if at.microsecond >= 1000 else "seconds"
    return at.isoformat(timespec=timespec).replace("+00:00", "Z")


def instant_in_words(at: datetime) -> str:
    """An instant as a sentence says it, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def pick(fields: Fields, paths: Iterable[str]) -> dict[str, Value]:
    """The named paths that are there."""
    return {path: fields[path] for path in paths if path in fields}
