"""At the doors beside /v1, where nobody has a key: webhooks, and what a person's browser opens.

Both count by address, in one count with the strangers at the `door`. A browser's call counts as it comes, and one too
many is refused. A webhook counts once it is answered 401, and not before: one that is rightly signed is never refused
or delayed for what came from the same address (Xero sends storms from few), and costs no call to Redis. A wrongly
signed one too many is answered 429 in place of 401.
"""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.access.door import count_stranger, refuse
from app.api.onboarding.consent_page import show_too_many

_BROWSERS = "/oauth/"
_WRONGLY_SIGNED = 401


class SideDoors:
    """Counts what a browser asks without a key."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        counted = await count_stranger(scope) if path.startswith(_BROWSERS) else None
        if counted is not None and counted.is_over:
            await show_too_many(counted.seconds_left)(scope, receive, send)
            return
        await self._app(scope, receive, send)


async def refuse_wrongly_signed(scope: Scope, answer: Response) -> Response:
    """A webhook's answer, or in its place the refusal of a wrongly signed one too many."""
    if answer.status_code != _WRONGLY_SIGNED:
        return answer
    counted = await count_stranger(scope)
    return refuse(counted) if counted is not None and counted.is_over else answer
