"""Idempotency-Key as Xero keeps it: six minutes from the first call, errors too, matched on URL, body and method.

Keys belong to the app, not to the tenant: the same key, URL and body for another tenant replays the first tenant's
answer, so a caller must put the tenant into the key (FACTS 4.9). `scope` may be set to `access_token`, as one team saw.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from app.sandbox.xero.forms.answers import answer_error

KEPT_FOR = timedelta(minutes=6)
LONGEST = 128


@dataclass(frozen=True, slots=True)
class _Kept:
    request: str
    until: datetime
    status: int
    body: bytes
    content_type: str


@dataclass
class IdempotencyStore:
    """Answers by key."""

    scope: str = "app"
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def find(self, request: Request, body: bytes, token: str, now: datetime) -> Response | None:
        """The answer to give instead of doing it (again), or None to go ahead."""
        key = request.headers.get("idempotency-key")
        if not key:
            return None
        if len(key) > LONGEST:
            message = f"Idempotency Key: {key} is longer than {LONGEST} characters."
            return answer_error(10, "ValidationException", message)
        kept = self._kept.get(self._name(key, token))
        if kept is None or kept.until <= now:
            return None
        if kept.request != _fingerprint(request, body):
            return answer_error(
                10, "ValidationException", f"Idempotency Key: {key} is used with a different request."
            )
        return Response(kept.body, kept.status, media_type=kept.content_type)

    def keep(self, request: Request, body: bytes, token: str, now: datetime, answer: Response) -> None:
        """Remember the first answer to this key, whatever it was."""
        key = request.headers.get("idempotency-key")
        if not key:
            return
        content_type = answer.headers.get("content-type", "application/json")
        kept = _Kept(
            _fingerprint(request, body), now + KEPT_FOR, answer.status_code, bytes(answer.body), content_type
        )
        self._kept[self._name(key, token)] = kept

    def _name(self, key: str, token: str) -> str:
        return f"{token}\n{key}" if self.scope == "access_token" else key


def _fingerprint(request: Request, body: bytes) -> str:
    text = f"{request.method}\n{request.url.path}\n{request.url.query}\n".encode()
    return sha256(text + body).hexdigest()
