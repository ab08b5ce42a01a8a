"""At the doors beside /v1, where nobody has a key: webhooks, and what a person's browser opens.

Both count by address, in one count with the strangers at the `door`. A browser's call counts as it comes, and one too
many is refused. A webhook counts once it is answered 401, and not before: one that is rightly signed is never refused
or delayed for what came from the same address (Xero sends storms from few), and costs no call to Redis. A wrongly
signed one too many is answered 429 in place of 401.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.access.door import count_stranger, refuse
from app.api.onboarding.consent_page import show_too_many

_BROWSERS, _WEBHOOKS = "/oauth/", "/webhooks/"
_WRONGLY_SIGNED = 401


class SideDoors:
    """Counts what comes through them without a key."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path.startswith(_WEBHOOKS):
            await self._app(scope, receive, _WrongOnesCounted(scope, receive, send))
            return
        counted = await count_stranger(scope) if path.startswith(_BROWSERS) else None
        if counted is not None and counted.is_over:
            await show_too_many(counted.seconds_left)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class _WrongOnesCounted:
    """Sends a webhook's answer, or in its place the refusal of a wrongly signed one too many."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._is_refused = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == _WRONGLY_SIGNED:
            counted = await count_stranger(self._scope)
            if counted is not None and counted.is_over:
                self._is_refused = True
                await refuse(counted)(self._scope, self._receive, self._send)
        if not self._is_refused:
            await self._send(message)
