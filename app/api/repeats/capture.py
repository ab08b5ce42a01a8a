"""An answer on its way out: held back until it is kept, so that no caller has an answer which a repeat would not get.

A stream (server-sent events, a download) is passed on from its first byte, and never kept: an answer whose length is
not said at its start, or that comes in parts, is one.
"""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.types import Message, Send

from app.db.partners.idempotency import KeptAnswer

Keep = Callable[[KeptAnswer], Awaitable[None]]

_WITHOUT_BODY = frozenset({204, 304})
_OF_THIS_TIME_ALONE = frozenset({"content-length", "set-cookie"})
"""Headers that are not kept; those of the middleware around this one are made anew at every answer."""


class Capture:
    """A `send` that has whole answers kept by `keep` before they go out."""

    def __init__(self, send: Send, keep: Keep) -> None:
        self._send = send
        self._keep = keep
        self._held: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not is_stream(message):
            self._held = message
            return
        start, self._held = self._held, None
        if start is not None:
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                await self._keep(build_answer(start, message.get("body", b"")))
            await self._send(start)
        await self._send(message)


def is_stream(start: Message) -> bool:
    """Whether an answer that starts so says nothing of its length."""
    return start["status"] not in _WITHOUT_BODY and "content-length" not in Headers(raw=start["headers"])


def build_answer(start: Message, body: bytes) -> KeptAnswer:
    """The answer as it is kept."""
    headers = tuple(
        (name, value)
        for name, value in Headers(raw=start["headers"]).items()
        if name not in _OF_THIS_TIME_ALONE
    )
    return KeptAnswer(start["status"], headers, body)
