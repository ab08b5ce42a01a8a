"""A limit on the long work of one process: so much of it runs at a time, so that a short job always finds a place.

Work that finds no room ends at once, holds nothing, and is woken when there is room. What it was to do is on disk, so
the timers would find it a little later anyway. So neither the bulks of some businesses nor an app that hangs keep other
businesses' edits waiting.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from app.metrics import TURNED_AWAY


class Room:
    """Room for `most` pieces of work at a time, and for `most_of_one` of the same owner.

    `call` wakes one that found no room. `work` is the name under which the metrics count those.
    """

    def __init__(
        self, work: str, most: int, call: Callable[[UUID], Awaitable[None]], *, most_of_one: int | None = None
    ) -> None:
        self._turned_away = TURNED_AWAY.labels(work)
        self._most, self._most_of_one, self._call = most, most_of_one or most, call
        self._inside: Counter[UUID] = Counter()
        self._waiting: dict[tuple[UUID, UUID], None] = {}

    @asynccontextmanager
    async def open_place(self, who: UUID, owner: UUID | None = None) -> AsyncIterator["Place"]:
        """A place that may be taken within the block and is given back after it; without `owner`, `who` owns it."""
        place = Place(self, who, owner or who)
        try:
            yield place
        finally:
            await place.leave()

    @property
    def is_wanted(self) -> bool:
        """Whether work waits for room."""
        return bool(self._waiting)

    def enter(self, place: "Place") -> bool:
        """Take room for the place, and answer True; without room, remember who waits, and answer False."""
        named = place.who, place.owner
        if not self._has_room_for(place.owner, self._inside):
            self._waiting[named] = None
            self._turned_away.inc()
            return False
        self._waiting.pop(named, None)
        self._inside[place.owner] += 1
        return True

    def _has_room_for(self, owner: UUID, inside: Counter[UUID]) -> bool:
        return inside.total() < self._most and inside[owner] < self._most_of_one

    async def free(self, place: "Place") -> None:
        """Give the place's room back, and wake those for whom there is room now."""
        self._inside[place.owner] -= 1
        if not self._inside[place.owner]:
            del self._inside[place.owner]
        for who in self._list_called():
            await self._call(who)

    def _list_called(self) -> list[UUID]:
        """Take from those who waited longest as many as there is room for."""
        called, inside = [], self._inside.copy()
        for who, owner in list(self._waiting):
            if self._has_room_for(owner, inside):
                del self._waiting[who, owner]
                inside[owner] += 1
                called.append(who)
        return called


class Place:
    """One piece of work's place in a room."""

    def __init__(self, room: Room, who: UUID, owner: UUID) -> None:
        self._room, self.who, self.owner = room, who, owner
        self.is_taken = False

    def take(self) -> bool:
        """Take the place if there is room, or keep it; answers whether it is taken now."""
        self.is_taken = self.is_taken or self._room.enter(self)
        return self.is_taken

    async def leave(self) -> None:
        """Give the place back, if it is taken."""
        if self.is_taken:
            self.is_taken = False
            await self._room.free(self)

    @property
    def is_wanted(self) -> bool:
        """Whether other work waits for room while this place is taken."""
        return self.is_taken and self._room.is_wanted
