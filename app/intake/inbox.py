"""Inboxes: what comes at about the same time is stored together, and nobody waits for another business's work.

There are three ways, each tried with what the one before left. At once: by a single statement, which takes most things;
two of them may be under way, never for the same connection. The whole way: by a transaction that reads before it
writes. Waiting: by the same transaction once a connection is free that somebody holds, as the loop does while it
records. So however many wait, they keep one of the process's connections to the database, and no more.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from enum import Enum
from typing import Generic, Protocol, TypeVar

from app.batcher import Batcher


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


MOST_AT_ONCE = 16
"""Of one statement: few enough that the process reads the next ones while PostgreSQL stores these. Where all that come
together went together, each would wait for the other.
"""

LookAgain = Callable[[Given, Got], Awaitable[bool]]
"""Whether what became of a thing may be something else by now: it is then stored, or refused, once more."""


async def _never(given: object, got: object) -> bool:
    return False


SaveAtOnce = Callable[[Sequence[Given]], Awaitable[Sequence[Got | None]]]
"""Stores by one statement what it can, and answers None for every other."""


class Inbox(Generic[Given, Got]):
    """One inbox of one process; `whose` says which connection a thing is for, `look_again` is asked before what became
    of it is answered.
    """

    def __init__(
        self,
        save_at_once: SaveAtOnce[Given, Got],
        save_all: SaveAll[Given, Got],
        whose: Callable[[Given], Hashable],
        look_again: LookAgain[Given, Got] = _never,
    ) -> None:
        self._look_again = look_again
        self._save_all = save_all
        self._at_once: Batcher[Given, Got | None] = Batcher(
            save_at_once, at_once=2, most=MOST_AT_ONCE, apart=whose
        )
        self._free: Batcher[Given, Got | Held] = Batcher(self._save_free)
        self._held: Batcher[Given, Got | Held] = Batcher(self._save_held)

    async def save(self, given: Given) -> Got:
        """What became of it, once it is on disk."""
        got = await self._save(given)
        return await self._save(given) if await self._look_again(given, got) else got

    async def _save(self, given: Given) -> Got:
        at_once = await self._at_once.join(given)
        if at_once is not None:
            return at_once
        got = await self._free.join(given)
        if isinstance(got, Held):
            got = await self._held.join(given)
            assert not isinstance(got, Held)  # it waited
        return got

    async def _save_free(self, given: Sequence[Given]) -> Sequence[Got | Held]:
        return await self._save_all(given, waits=False)

    async def _save_held(self, given: Sequence[Given]) -> Sequence[Got | Held]:
        return await self._save_all(given, waits=True)
