"""Requests and answers with their bodies, kept while somebody asks for it: what was really said over the wire.

Off at first, for bodies grow. Of the headers only two are kept, so no token is. An answer is kept as the sandbox made
it, before an ordered fault lost or cut it.
"""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response


@dataclass
class Exchanges:
    """The newest exchanges over Xero's own addresses, at most `keep` of them."""

    keep: int = 0
    _held: list[dict[str, Any]] = field(default_factory=list)

    def add(self, request: Request, asked: bytes, answer: Response) -> None:
        """Keep one exchange, if any are to be kept."""
        if self.keep:
            self._held.append(
                {
                    "method": request.method,
                    "path": request.url.path,
                    "query": request.url.query,
                    "idempotency_key": request.headers.get("idempotency-key"),
                    "if_modified_since": request.headers.get("if-modified-since"),
                    "request": asked.decode(errors="replace"),
                    "status": answer.status_code,
                    "answer": bytes(answer.body).decode(errors="replace"),
                }
            )
            del self._held[: -self.keep]

    def take(self) -> list[dict[str, Any]]:
        """Hand over what is held, oldest first, and forget it."""
        taken, self._held = self._held, []
        return taken
