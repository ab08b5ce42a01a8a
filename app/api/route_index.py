"""An index of routes by the words of their addresses: a request tries the few routes that fit, and not all of them.

The API has over a hundred routes, and the framework tries each router, and in it each route, until one fits: that costs
a request more than most of what it does after. Here the addresses are compared word by word beforehand. What fits
nowhere is left to the whole list, which knows what to answer.
"""

from collections.abc import Iterator, Sequence

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

MOST_REMEMBERED = 1_000
"""Entries of the index. Words of the API in places where an id should stand could make more, and nobody needs those."""

Words = tuple[str, ...]
_ANY = ""
"""A word that no address names: an id, or nonsense."""


class RouteIndex:
    """Takes the place of the router's own walk through its routes."""

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._everything: ASGIApp = router.app
        self._templates = [(route, list(_list_templates(route))) for route in router.routes]
        self._known = {word for _, templates in self._templates for words in templates for word in words}
        self._found: dict[Words, ASGIApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("router", self._router)
        way = self._find(scope["path"]) if scope["type"] == "http" else self._everything
        await way(scope, receive, send)

    def _find(self, path: str) -> ASGIApp:
        # What cannot be split into words of addresses is one word, so that what is remembered stays small.
        words = tuple(word if word in self._known else _ANY for word in path.split("/"))
        found = self._found.get(words)
        if found is not None:
            return found
        routes = [
            route for route, templates in self._templates if any(_fits(each, words) for each in templates)
        ]
        return self._remember(words, routes) if routes else self._everything

    def _remember(self, words: Words, routes: Sequence[BaseRoute]) -> ASGIApp:
        few = APIRouter(default=self._everything, redirect_slashes=False)
        few.routes.extend(routes)
        if len(self._found) < MOST_REMEMBERED:
            self._found[words] = few.app
        return few.app


def _list_templates(route: BaseRoute) -> Iterator[Words]:
    """The addresses of a route, or of every route of an included router; a parameter is any word."""
    for context in iter_route_contexts([route]):
        path = getattr(context, "path_format", None) or getattr(context, "path", None)
        if path is not None and not isinstance(route, Mount):
            yield tuple(_ANY if word.startswith("{") else word for word in path.split("/"))


def _fits(template: Words, words: Words) -> bool:
    if len(template) != len(words):
        return False
    return all(each in (_ANY, word) for each, word in zip(template, words, strict=True))
