"""HEAD wherever GET is, and which methods an address takes, for all addresses of the API in one place.

Monitors ask for health by HEAD. What a person's browser opens under `/oauth` is asked by GET alone, since it acts.
"""

from collections.abc import Iterable, Iterator

from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import respond

_HEALTH = frozenset({"/healthz", "/readyz"})


def _takes_head(path: str) -> bool:
    return path.startswith("/v1/") or path in _HEALTH


class HeadAsGet:
    """Answers HEAD as GET, without the body; a stream that GET would begin ends at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or not _takes_head(scope["path"]):
            await self._app(scope, receive, send)
            return
        is_over = False

        async def send_head(message: Message) -> None:
            nonlocal is_over
            if message["type"] == "http.response.start":
                await send(message)
            elif message["type"] == "http.response.body" and not is_over:
                is_over = True
                await send({"type": "http.response.body"})

        await self._app({**scope, "method": "GET"}, receive, send_head)


def list_allowed(routes: Iterable[BaseRoute], path: str) -> str:
    """The methods that an address takes, as the field `Allow` lists them."""
    methods = set(_list_methods(routes, path))
    if "GET" in methods and _takes_head(path):
        methods.add("HEAD")
    return ", ".join(sorted(methods))


def _list_methods(routes: Iterable[BaseRoute], path: str) -> Iterator[str]:
    """Each route has one method or a few, and several routes one path; the framework names the first route's alone."""
    for context in iter_route_contexts(list(routes)):
        if context.methods and context.path_regex.match(path):
            yield from context.methods


async def answer_wrong_method(request: Request, _: Exception) -> JSONResponse:
    """405, with every method that the address takes."""
    allowed = list_allowed(request.app.routes, request.scope["path"])
    return respond("method_not_allowed", f"This address takes {allowed}.", headers={"Allow": allowed})
