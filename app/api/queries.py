"""Query parameters that an operation does not know are refused, by name: a misspelt one would be taken for none. So is
one that comes twice, of which the framework takes the last and lets the others go: no parameter of ours is a list.

A dependency of every router under /v1, put there in one place (`application`); it refuses a call without a key first.
"""

from collections import Counter
from collections.abc import Iterator

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from app.api.authentication import GivenCaller
from app.intake.refusals import Fault, InputRefused

_known: dict[str, frozenset[str]] = {}
"""What each operation knows, by its id; worked out when it is first called with a query."""


async def refuse_unknown(request: Request, _: GivenCaller) -> None:
    """Raises `invalid_request` with every parameter that is not known, or comes more than once."""
    if not request.scope["query_string"]:
        return
    route: APIRoute = request.scope["route"]
    known = _known.get(route.unique_id)
    if known is None:
        known = _known[route.unique_id] = frozenset(_list_known(route))
    sent = Counter(name for name, _ in request.query_params.multi_items())
    unknown = [name for name in sent if name not in known]
    if unknown:
        words = f"is not known here; known: {', '.join(sorted(known))}" if known else "is not known here"
        raise InputRefused(
            "invalid_request",
            "There are query parameters that are not known.",
            [Fault(name, words) for name in unknown],
        )
    repeated = [name for name, times in sent.items() if times > 1]
    if repeated:
        raise InputRefused(
            "invalid_request",
            "There are query parameters that come more than once.",
            [Fault(name, "must be given once") for name in repeated],
        )


def _list_known(route: APIRoute) -> Iterator[str]:
    for field in get_flat_params(route.dependant):
        if isinstance(field.field_info, params.Query):
            yield field.alias
