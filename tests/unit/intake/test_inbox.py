"""Inboxes: what can be goes at once, what is free together, and what somebody holds apart from it."""

import asyncio
from collections.abc import Sequence

from app.intake.inbox import HELD, Held, Inbox


class Store:
    """Stores words; simple ones at once, those about what is held only by waiting."""

    def __init__(self, *held: str) -> None:
        self.held = held
        self.tried: list[list[str]] = []
        self.saved: list[tuple[list[str], bool]] = []
        self.inbox: Inbox[str, str] = Inbox(self.save_at_once, self, whose=len)

    async def save_at_once(self, given: Sequence[str]) -> list[str | None]:
        """Words of one letter are simple."""
        self.tried.append(list(given))
        return [word.upper() if len(word) == 1 else None for word in given]

    async def __call__(self, given: Sequence[str], /, *, waits: bool) -> list[str | Held]:
        self.saved.append((list(given), waits))
        return [HELD if word in self.held and not waits else word.upper() for word in given]


async def test_what_is_simple_is_saved_at_once() -> None:
    """It goes no other way."""
    store = Store()
    assert await store.inbox.save("a") == "A"
    assert (store.tried, store.saved) == ([["a"]], [])


async def test_what_is_free_is_saved_by_one_transaction() -> None:
    """With whatever else could not go at once; it waits for nobody."""
    store = Store()
    got = await asyncio.gather(*(store.inbox.save(word) for word in ("a", "free", "too")))
    assert got == ["A", "FREE", "TOO"]
    assert store.saved == [(["free", "too"], False)]


async def test_what_is_held_waits_apart_from_what_is_free() -> None:
    """In one transaction with the others that are held, and with nobody who could go at once."""
    store = Store("one", "two")
    got = await asyncio.gather(*(store.inbox.save(word) for word in ("one", "free", "two")))
    assert got == ["ONE", "FREE", "TWO"]
    assert store.saved[0] == (["one", "free", "two"], False)
    assert [word for words, waits in store.saved if waits for word in words] == ["one", "two"]
