"""What the app sent and received, in order, with what came of it: the witness that tests and the demo ask.

One number counts both lists, so that "since n" means the same for each.
"""

import itertools
from datetime import UTC, datetime
from typing import Any

from app.sandbox.partner.document import Document


class Journal:
    """Two lists that only grow."""

    def __init__(self) -> None:
        self.sent: list[Document] = []
        self.received: list[Document] = []
        self._numbers = itertools.count(1)
        self._last = 0

    def note_sent(self, **facts: Any) -> Document:
        """Keep and return one entry about a document that went out, or should have."""
        return self._note(self.sent, facts)

    def note_received(self, **facts: Any) -> Document:
        """Keep and return one entry about a delivery that came in."""
        return self._note(self.received, facts)

    def since(self, number: int) -> Document:
        """Both lists after that number, and the newest number."""
        return {
            "sent": [entry for entry in self.sent if entry["n"] > number],
            "received": [entry for entry in self.received if entry["n"] > number],
            "last": self._last,
        }

    def _note(self, entries: list[Document], facts: Document) -> Document:
        self._last = next(self._numbers)
        entry = {"n": self._last, "at": datetime.now(UTC).isoformat(), **facts}
        entries.append(entry)
        return entry
