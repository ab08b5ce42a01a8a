"""Inboxes: what is free goes together, what somebody holds goes by itself."""

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


async def test_what_is_held_is_saved_by_itself() -> None:
    """It waits in a transaction of its own, in which nobody else is."""
    store = Store("held")
    assert await Inbox(store).save("held") == "HELD"
    assert store.saved == [(["held"], False), (["held"], True)]
