"""What is made of JSON that is read at every look and seldom changes: settings, what is known of an organisation.

Making the values costs many times what it takes to see that the JSON is the one of last time.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

Json = Mapping[str, Any]
Made = TypeVar("Made")

MOST_REMEMBERED = 250
"""Of one kind, so that they are some megabytes of a process; with more the first ones are made anew."""


class Remembered(Generic[Made]):
    """Remembers what was last made of each owner's JSON: one value while that is equal, so nobody may change it."""

    def __init__(self, make: Callable[[Json], Made]) -> None:
        self._make = make
        self._last: dict[UUID, tuple[Json, Made]] = {}

    def make(self, owner_id: UUID, stored: Json) -> Made:
        """Of what is stored now."""
        last = self._last.get(owner_id)
        if last is not None and last[0] == stored:
            return last[1]
        made = self._make(stored)
        if len(self._last) >= MOST_REMEMBERED:
            del self._last[next(iter(self._last))]
        self._last[owner_id] = stored, made
        return made
