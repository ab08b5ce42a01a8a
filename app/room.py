"""Room in a process for what takes long: so much of it at a time, so that a short thing always finds a worker.

Who finds no room leaves at once and is called when there is some; until then he holds nothing. What he was to do is on
disk, and the timers would find it a little later. So neither the bulks of some businesses nor an app that hangs keep
everybody else's edits waiting.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from app.metrics import TURNED_AWAY


class Room:
    """For `most` at a time, and for `most_of_one` of what has the same owner; `call` calls one that found none. It is
    counted as `work`.
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
        """A place that may be taken within the block, and is free after it; `owner` None: nobody shares it."""
        place = Place(self, who, owner or who)
        try:
            yield place
        finally:
            await place.leave()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody found no room."""
        return bool(self._waiting)

    def enter(self, place: "Place") -> bool:
        """Whether there is room, which is the place's then; else it is remembered who wanted it."""
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
        """It is no longer taken, and those are called for whom there is room now."""
        self._inside[place.owner] -= 1
        if not self._inside[place.owner]:
            del self._inside[place.owner]
        for who in self._list_called():
            await self._call(who)

    def _list_called(self) -> list[UUID]:
        """As many of those who waited longest as there is room for; they wait no more."""
        called, inside = [], self._inside.copy()
        for who, owner in list(self._waiting):
            if self._has_room_for(owner, inside):
                del self._waiting[who, owner]
                inside[owner] += 1
                called.append(who)
        return called


class Place:
    """One in a room, of whoever is named."""

    def __init__(self, room: Room, who: UUID, owner: UUID) -> None:
        self._room, self.who, self.owner = room, who, owner
        self.is_taken = False

    def take(self) -> bool:
        """Whether it is taken now."""
        self.is_taken = self.is_taken or self._room.enter(self)
        return self.is_taken

    async def leave(self) -> None:
        """Leave it to others, if it is taken."""
        if self.is_taken:
            self.is_taken = False
            await self._room.free(self)

    @property
    def is_wanted(self) -> bool:
        """Whether others wait while this one is taken."""
        return self.is_taken and self._room.is_wanted
