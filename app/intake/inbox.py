"""Inboxes: what comes at about the same time is stored together, and nobody waits for another business's work.

Together goes what can go at once. A thing whose connection somebody holds, as the loop does while it records, is left
out of that transaction; those go together into another one, which waits, while the first goes on without them. So
however many wait, they keep one of the process's connections to the database, and no more.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Generic, Protocol, TypeVar

from app.gathering import Gathering


class Held(Enum):
    """Not done: its connection is held by somebody."""

    HELD = "held"


HELD = Held.HELD

Given = TypeVar("Given")
Got = TypeVar("Got")
Taking = TypeVar("Taking", contravariant=True)
Telling = TypeVar("Telling", covariant=True)


class SaveAll(Protocol[Taking, Telling]):
    """Stores things in one transaction and answers for each, in order; `HELD` only where it does not wait."""

    async def __call__(self, given: Sequence[Taking], /, *, waits: bool) -> Sequence[Telling | Held]: ...


class Inbox(Generic[Given, Got]):
    """One inbox of one process."""

    def __init__(self, save_all: SaveAll[Given, Got]) -> None:
        self._save_all = save_all
        self._free: Gathering[Given, Got | Held] = Gathering(self._save_free)
        self._held: Gathering[Given, Got | Held] = Gathering(self._save_held)

    async def save(self, given: Given) -> Got:
        """What became of it, once it is on disk."""
        got = await self._free.join(given)
        if isinstance(got, Held):
            got = await self._held.join(given)
            assert not isinstance(got, Held)  # it waited
        return got

    async def _save_free(self, given: Sequence[Given]) -> Sequence[Got | Held]:
        return await self._save_all(given, waits=False)

    async def _save_held(self, given: Sequence[Given]) -> Sequence[Got | Held]:
        return await self._save_all(given, waits=True)
