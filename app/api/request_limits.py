"""How much one request may bring beside its body: headers, the length of its address, parameters, nesting of JSON.

What is over is refused before anything else looks at it, in the words of any other refusal. The body's bytes are
`middleware.BodyLimit`'s, and how many entries a list may have the contract says. A server in front of this one reads
headers before we can count them; its own limits come first.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.access.door import is_of_api
from app.api.problems import answer_http, respond
from app.api.repeats.keyed import WRITES, give_back, read_body
from app.intake.bodies import DEEPEST, is_too_deep
from app.intake.refusals import Fault

MOST_HEADERS = 100
LARGEST_HEADERS = 32 * 1024
"""Bytes of all names and values."""

LONGEST_ADDRESS = 8 * 1024
"""Bytes of path and query as they were sent."""

MOST_PARAMETERS = 100


class RequestLimits:
    """Refuses what no client sends that means well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = find_refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)


class NestingLimit:
    """Refuses JSON that is nested deeper than any document of ours, before it is parsed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Webhooks are read as they were signed, and looked at after that (`intake.bodies`).
        if not (is_of_api(scope) and scope["method"] in WRITES):
            await self._app(scope, receive, send)
            return
        try:
            body = await read_body(receive)
        except HTTPException as refusal:
            await (await answer_http(Request(scope), refusal))(scope, receive, send)
            return
        if body is None:
            return
        if is_too_deep(body):
            fault = Fault("body", f"must be nested at most {DEEPEST} deep")
            refused = respond("malformed_body", "The body is nested too deep.", (fault,))
            await refused(scope, receive, send)
            return
        await self._app(scope, give_back(body, receive), send)


def find_refusal(scope: Scope) -> Response | None:
    """The answer to a request that brings too much; None for any other."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if (
        len(headers) > MOST_HEADERS
        or sum(len(name) + len(value) for name, value in headers) > LARGEST_HEADERS
    ):
        detail = f"A request may have at most {MOST_HEADERS} headers, of {LARGEST_HEADERS} bytes together."
        return respond("headers_too_large", detail)
    query: bytes = scope["query_string"]
    if len(scope.get("raw_path") or scope["path"]) + len(query) > LONGEST_ADDRESS:
        return respond("address_too_long", f"Path and query may have at most {LONGEST_ADDRESS} bytes.")
    if query.count(b"&") >= MOST_PARAMETERS:
        fault = Fault("query", f"must have at most {MOST_PARAMETERS} parameters")
        return respond("invalid_request", "The query has too many parameters.", (fault,))
    return None
