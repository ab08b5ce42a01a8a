"""What a caller would rather have (RFC 7240): of a document that it sends, to hear no more than that it is stored."""

from typing import Annotated
from urllib.request import parse_http_list

from fastapi import Depends, Header, Request, Response
from starlette.background import BackgroundTask
from starlette.types import Scope

_HEADER = b"prefer"
_APPLIED = {"Preference-Applied": "return=minimal"}

MINIMAL_RESPONSES: dict[int | str, dict[str, str]] = {
    204: {"description": "Stored, and answered without a body, as `Prefer: return=minimal` asks for."},
}
"""What an operation that knows the preference documents."""


def wants_minimal(scope: Scope) -> bool:
    """Whether `return=minimal` is preferred. The first `return` counts; what else is preferred is nothing we know."""
    for header, value in scope["headers"]:
        if header == _HEADER:
            for preference in parse_http_list(value.decode("latin-1")):
                name, _, said = preference.partition(";")[0].partition("=")
                if name.strip().lower() == "return":
                    return said.strip().strip('"').lower() == "minimal"
    return False


async def get_wants_minimal(
    request: Request,
    prefer: Annotated[
        str | None,
        Header(
            description="`return=minimal`: answered without a body, 201 or 204. Read the invoice when you need it."
        ),
    ] = None,
) -> bool:
    """Whether the caller prefers an answer without a body; what it prefers else is passed over."""
    return prefer is not None and wants_minimal(request.scope)


WantsMinimal = Annotated[bool, Depends(get_wants_minimal)]


def answer_minimally(status: int, then: BackgroundTask | None = None) -> Response:
    """The answer without a body, which says that the preference was kept to."""
    return Response(status_code=status, headers=_APPLIED, background=then)
