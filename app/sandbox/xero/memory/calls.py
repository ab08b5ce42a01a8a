"""The log of calls that came in over Xero's own addresses: who asked for what, and what it cost.

The control address is not in it. Tests read it to prove how many calls a thing took.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class CallLog:
    """Calls in the order in which they ended, numbered from 1."""

    _calls: list[dict[str, Any]] = field(default_factory=list)

    def add(self, at: datetime, **facts: Any) -> None:
        """Keep one call."""
        self._calls.append({"n": len(self._calls) + 1, "at": at.isoformat(), **facts})

    def since(self, last: int) -> dict[str, Any]:
        """The calls after number `last`, and the number of the newest."""
        return {"calls": self._calls[max(0, last) :], "last": len(self._calls)}
