"""Payloads with one value gone, or of another kind: whatever a shop answers, an order is read or told as unreadable."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from app.shops.platform import OrderUnreadable

Place = tuple[str | int, ...]

ODD: tuple[Any, ...] = (
    None,
    "",
    "odd",
    "12e999999",
    "1e-999999",
    "NaN",
    -1,
    12,
    True,
    [],
    {},
    [None],
    "2026-11-20T03:15:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)


def list_places(payload: Any, above: Place = ()) -> Iterator[Place]:
    """Where every value of a payload is, the whole ones before their parts."""
    parts: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(payload, dict):
        parts = iter(payload.items())
    elif isinstance(payload, list):
        parts = iter(enumerate(payload))
    for name, value in parts:
        yield (*above, name)
        yield from list_places(value, (*above, name))


def list_odd(payload: Any) -> Iterator[tuple[Place, Any, Any]]:
    """The payload with each of its values made odd in turn: where, how, and what became of it."""
    for place in list_places(payload):
        for odd in ODD:
            changed = deepcopy(payload)
            owner = changed
            for name in place[:-1]:
                owner = owner[name]
            owner[place[-1]] = odd
            yield place, odd, changed


def find_break(payload: Any, read: Callable[[Any], object]) -> str | None:
    """The first odd value that neither is read nor told in a sentence, None where there is none."""
    for place, odd, changed in list_odd(payload):
        try:
            read(changed)
        except OrderUnreadable as unreadable:
            if not str(unreadable).endswith("."):
                return f"{place} {odd!r} is told as {unreadable}"
        except Exception as error:
            return f"{place} {odd!r} breaks it: {error!r}"
    return None
