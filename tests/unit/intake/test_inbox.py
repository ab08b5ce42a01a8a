"""Inboxes: what is free goes together, and what somebody holds apart from it."""

import asyncio
from collections.abc import Sequence

from app.intake.inbox import HELD, Held, Inbox


class Store:
    """Stores words; those about what is held only by waiting."""

    def __init__(self, *held: str) -> None:
        self.held = held
        self.saved: list[tuple[list[str], bool]] = []

    async def __call__(self, given: Sequence[str], /, *, waits: bool) -> list[str | Held]:
        self.saved.append((list(given), waits))
        return [HELD if word in self.held and not waits else word.upper() for word in given]


async def test_what_is_free_is_saved_at_once() -> None:
    """One transaction, which waits for nobody."""
    store = Store()
    assert await Inbox(store).save("free") == "FREE"
    assert store.saved == [(["free"], False)]


async def test_what_is_held_waits_apart_from_what_is_free() -> None:
    """In one transaction with the others that are held, and with nobody who could go at once."""
    store = Store("one", "two")
    inbox = Inbox(store)
    got = await asyncio.gather(*(inbox.save(word) for word in ("one", "free", "two")))
    assert got == ["ONE", "FREE", "TWO"]
    assert store.saved[0] == (["one", "free", "two"], False)
    assert [word for words, waits in store.saved if waits for word in words] == ["one", "two"]
