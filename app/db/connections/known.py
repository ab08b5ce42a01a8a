"""Connections as a process knows them: as they were when a document was last stored for them.

A document is judged by its connection's settings and by the facts of its organisation. What was judged by a connection
that is known counts only where both are still the same, which the statement that stores the document finds out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.db.connections.facts_at_hand import MOST_AT_HAND, find_mark
from app.domain.connections.connection import Connection, ConnectionState

LIFE = ("state", "retry_at", "bulk_waits", "next_run_at", "run_due")
"""The columns that say whether a connection can be worked on, which may change from one moment to the next."""


@dataclass(frozen=True, slots=True)
class Known:
    """A connection, and the mark of its facts."""

    connection: Connection
    mark: UUID

    def stand_now(self, state: str, *others: Any) -> Connection:
        """The connection with the values that the columns of `LIFE` have by now."""
        now = ConnectionState(state), *others
        was = tuple(getattr(self.connection, name) for name in LIFE)
        return (
            self.connection if now == was else replace(self.connection, **dict(zip(LIFE, now, strict=True)))
        )


class KnownConnections:
    """The connections that one process knows."""

    def __init__(self) -> None:
        self._known: dict[UUID, Known] = {}

    def remember(self, connections: Iterable[Connection]) -> None:
        """Know these from now on, as they were just read."""
        for each in connections:
            mark = find_mark(each.id, each.organisation)
            if mark is None:
                continue
            if each.id not in self._known and len(self._known) >= MOST_AT_HAND:
                del self._known[next(iter(self._known))]
            self._known[each.id] = Known(each, mark)

    def find(self, connection_id: UUID) -> Known | None:
        """The connection as it is known; None where it is not."""
        return self._known.get(connection_id)
