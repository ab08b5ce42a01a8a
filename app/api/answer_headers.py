"""What every answer says beside its content: how to treat it, and how many calls are left.

Outermost of all, so that an answer to what nobody foresaw says it too. A header that a handler has set stays.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.access.door import find_limit, is_of_api
from app.api.authentication import find_caller, get_state

_ON_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # For what is no page. A page says its own, and why.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}
_ON_THE_API = {**_ON_ALL, "Cache-Control": "no-store"}
"""Invoices are nobody's to keep on the way."""

_ON_HTTPS = {"Strict-Transport-Security": "max-age=63072000"}
"""Two years; of this host alone, since what else its domain serves is not ours to say."""


class AnswerHeaders:
    """Adds them as an answer begins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        get_state(scope)  # made here, so that what is laid on a copy of the scope is found on this one
        always = _ON_THE_API if is_of_api(scope) else _ON_ALL

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**always, **_tell_https(scope), **_tell_limit(scope)}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _tell_https(scope: Scope) -> dict[str, str]:
    """Where browsers reach us by https, they never try another way again; production reaches by nothing else."""
    services = getattr(scope["app"].state, "services", None)
    return _ON_HTTPS if services is not None and services.public_url.startswith("https://") else {}


def _tell_limit(scope: Scope) -> dict[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers; without a count the policy stands alone."""
    if find_caller(scope) is None:
        return {}
    counted = find_limit(scope)
    policy = {"RateLimit-Policy": scope["app"].state.services.call_limit.of_key.policy}
    return {**policy, "RateLimit": counted.limit} if counted else policy
