"""The lane of webhooks: what is signed goes past all that only calls of the API need.

A storm of Xero's comes through here, and every millisecond is latency. A webhook has no key, no idempotency key, no
conditions and no usage to keep, and its addresses are few: so it is one short way instead of a walk through layers.
"""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.access.side_doors import refuse_wrongly_signed
from app.api.middleware import limit_body
from app.api.problems import answer_http, answer_refusal
from app.api.repeats.keyed import read_body
from app.api.request_limits import find_refusal
from app.intake.refusals import InputRefused


def is_webhook(scope: Scope) -> bool:
    """Whether a request goes this way; what asks a webhook's address for anything else goes the way of all."""
    return bool(
        scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith("/webhooks/")
    )


class WebhookLane:
    """The routes of intake, found by their address alone; the last word of one may be a parameter."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._plain = {route.path: route for route in routes if "{" not in route.path}
        self._named = {
            _get_first_words(route.path): route for route in routes if route.path not in self._plain
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp | None = find_refusal(scope) or await self._answer(scope, receive)
        if answer is not None:
            await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """The answer to a webhook; None when the caller has gone."""
        try:
            route = self._find(scope)
            body = await read_body(limit_body(scope, receive))
            if body is None:
                return None
            answer: Response = await route.endpoint(WholeRequest(scope, body))
        except InputRefused as refusal:
            return await answer_refusal(Request(scope), refusal)
        except HTTPException as refusal:
            return await answer_http(Request(scope), refusal)
        return await refuse_wrongly_signed(scope, answer)

    def _find(self, scope: Scope) -> Route:
        """The route, and on the scope what it takes out of the address; raises a 404."""
        path: str = scope["path"]
        route, parameters = self._plain.get(path), {}
        if route is None:
            first, _, last = path.rpartition("/")
            route = self._named.get(first) if last else None
            if route is None:
                raise HTTPException(404)
            parameters = dict.fromkeys(route.param_convertors, last)
        scope["route"], scope["path_params"] = route, parameters
        return route


class WholeRequest(Request):
    """A request whose body was read already."""

    def __init__(self, scope: Scope, body: bytes) -> None:
        super().__init__(scope)
        self._whole = body

    async def body(self) -> bytes:
        """The body."""
        return self._whole


def _get_first_words(path: str) -> str:
    return path.rpartition("/")[0]
