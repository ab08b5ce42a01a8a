"""A cache of values made from JSON columns that are read often and seldom change, as a connection's settings are.

Making a value costs many times what it takes to see that the JSON is equal to that of last time.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

Json = Mapping[str, Any]
Made = TypeVar("Made")

MOST_KEPT = 250
"""Values of one cache, which take some megabytes; with more, the oldest is dropped."""


class JsonCache(Generic[Made]):
    """Keeps the value last made of each owner's JSON. While the JSON is equal callers share it; none may change it."""

    def __init__(self, make: Callable[[Json], Made]) -> None:
        self._make = make
        self._last: dict[UUID, tuple[Json, Made]] = {}

    def get(self, owner_id: UUID, stored: Json) -> Made:
        """The value of what is stored now."""
        last = self._last.get(owner_id)
        if last is not None and last[0] == stored:
            return last[1]
        made = self._make(stored)
        if len(self._last) >= MOST_KEPT:
            del self._last[next(iter(self._last))]
        self._last[owner_id] = stored, made
        return made
