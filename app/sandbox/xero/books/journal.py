"""What one request has changed in an organisation so far: how to undo it, and which events it will cause.

Every book notes here how to take a change back, so an element that turns out invalid half-way leaves nothing behind
(not even a contact that its nested Contact had just created) while the elements before it stay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Event:
    """A change of one resource, as a webhook will tell it."""

    tenant_id: str
    category: str
    """INVOICE, CONTACT, CREDITNOTE, OVERPAYMENT or PREPAYMENT."""
    kind: str
    """CREATE or UPDATE."""
    resource_id: str
    at: datetime
    """The resource's UpdatedDateUTC."""
    data: Mapping[str, str] | None = None
    """What credits tell beside their id."""


class Journal:
    """Undo steps and events of the request under way. One organisation handles one request at a time."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self._events: list[Event] = []
        self.changes = 0
        """Made or taken back, ever: what was found before is found again while this stays the same."""

    def note(self, undo: Callable[[], None]) -> None:
        """Remember how to take back the change that was just made."""
        self._undo.append(undo)
        self.changes += 1

    def tell(self, event: Event) -> None:
        """Add an event to be published if the change stays."""
        self._events.append(event)

    def mark(self) -> Mark:
        """A point to rewind to."""
        return len(self._undo), len(self._events)

    def rewind(self, mark: Mark) -> None:
        """Take back everything since `mark`, newest first."""
        while len(self._undo) > mark[0]:
            self._undo.pop()()
            self.changes += 1
        del self._events[mark[1] :]

    def commit(self) -> list[Event]:
        """Keep everything and hand over the events, oldest first."""
        events, self._events = self._events, []
        self._undo.clear()
        return events
