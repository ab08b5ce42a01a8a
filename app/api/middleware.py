"""What surrounds a call of the API: the largest body that is read, and the usage of Xero that it made."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.sent_headers import find_header

LARGEST_BODY = 1024 * 1024
"""Bytes; a document is a few kilobytes, a manifest of 10,000 invoices under one megabyte."""


class KeepUsage:
    """Keeps the count of the calls to Xero that a request made, once it is answered; most make none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        services = getattr(scope["app"].state, "services", None) if scope["type"] == "http" else None
        if services is not None:
            await services.usage.save()


class BodyLimit:
    """Refuses a body over `LARGEST_BODY`, by its announced length or, where none is announced, as it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, limit_body(scope, receive) if scope["type"] == "http" else receive, send)


def limit_body(scope: Scope, receive: Receive) -> Receive:
    """A `receive` that raises a 413 where the body is read, so that it is answered like any other refusal."""
    announced = find_header(scope, b"content-length") or b""
    is_announced_larger = announced.isdigit() and int(announced) > LARGEST_BODY
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
        if is_announced_larger or received > LARGEST_BODY:
            raise HTTPException(413, f"A body may have at most {LARGEST_BODY} bytes.")
        return message

    return receive_limited
