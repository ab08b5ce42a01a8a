"""How long each route takes until its answer begins.

The template of the route is the label, never the path: what a router did not match is `unmatched`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from weakref import WeakKeyDictionary

from prometheus_client import Histogram
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Scope

from app.metrics import REQUESTS

UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(scope: Scope, status: int, seconds: float) -> None:
    """Note how long a request took until its answer began."""
    _find_series(scope["method"], find_template(scope), status).observe(seconds)


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
