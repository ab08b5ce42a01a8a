"""Query parameters that an operation does not know are refused, by name: a misspelt one would be taken for none.

A dependency of every router under /v1, put there in one place (`application`); it refuses a call without a key first.
"""

from collections.abc import Iterator

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from app.api.authentication import GivenCaller
from app.intake.refusals import Fault, InputRefused

_known: dict[str, frozenset[str]] = {}
"""What each operation knows, by its id; worked out when it is first called with a query."""


async def refuse_unknown(request: Request, _: GivenCaller) -> None:
    """Raises `invalid_request` with every parameter that is not known."""
    if not request.scope["query_string"]:
        return
    route: APIRoute = request.scope["route"]
    known = _known.get(route.unique_id)
    if known is None:
        known = _known[route.unique_id] = frozenset(_list_known(route))
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        words = f"is not known here; known: {', '.join(sorted(known))}" if known else "is not known here"
        raise InputRefused(
            "invalid_request",
            "There are query parameters that are not known.",
            [Fault(name, words) for name in unknown],
        )


def _list_known(route: APIRoute) -> Iterator[str]:
    for field in get_flat_params(route.dependant):
        if isinstance(field.field_info, params.Query):
            yield field.alias
