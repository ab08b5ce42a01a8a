"""How long each route takes until its answer begins; plain ASGI, a few microseconds a request.

The template of the route is the label, never the path: what a router did not match is `unmatched`.
"""

import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from weakref import WeakKeyDictionary

from prometheus_client import Histogram
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.metrics import REQUESTS

UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RouteTimes:
    """Outermost, so that it sees the answers of every middleware too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, method = time.perf_counter(), scope["method"]

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = time.perf_counter() - began
                _find_series(method, find_template(scope), message["status"]).observe(took)
            await send(message)

        await self._app(scope, receive, send_timed)


def find_template(scope: Scope) -> str:
    """The route's path as it is written, with names in braces."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return UNMATCHED
    app = scope["app"]
    if app not in _TEMPLATES:
        _TEMPLATES[app] = dict(_list_plain(app.routes))
    return _TEMPLATES[app].get(endpoint, UNMATCHED)


_TEMPLATES: WeakKeyDictionary[object, dict[object, str]] = WeakKeyDictionary()
"""Of each application's routes that are plain Starlette's: it says what it called, and not by which route."""


def _list_plain(routes: Sequence[BaseRoute]) -> Iterator[tuple[object, str]]:
    for route in routes:
        if isinstance(route, Route):
            yield route.endpoint, route.path
        elif isinstance(route, Mount):
            yield route.app, route.path


@lru_cache(maxsize=4096)
def _find_series(method: str, template: str, status: int) -> Histogram:
    return REQUESTS.labels(method if method in _METHODS else "other", template, str(status))
