"""Requests and answers with their bodies, kept while somebody asks for it: what was really said over the wire.

Off at first, for bodies grow. Headers are not kept, so no token is. An answer is kept as the sandbox made it, before an
ordered fault lost or cut it.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Exchanges:
    """The newest exchanges over Xero's own addresses, at most `keep` of them."""

    keep: int = 0
    _held: list[dict[str, Any]] = field(default_factory=list)

    def add(self, method: str, path: str, asked: bytes, status: int, answered: bytes) -> None:
        """Keep one exchange, if any are to be kept."""
        if self.keep:
            self._held.append(
                {
                    "method": method,
                    "path": path,
                    "request": asked.decode(errors="replace"),
                    "status": status,
                    "answer": answered.decode(errors="replace"),
                }
            )
            del self._held[: -self.keep]

    def take(self) -> list[dict[str, Any]]:
        """Hand over what is held, oldest first, and forget it."""
        taken, self._held = self._held, []
        return taken
