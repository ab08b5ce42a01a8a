"""What surrounds every request: its correlation id, the answer to what nobody foresaw, and the largest body.

Plain ASGI, so that bodies stream through untouched and the webhook routes keep their speed.
"""

import re

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.metrics.route_times import find_template
from app.api.problems import respond, respond_outage
from app.db.unavailable import is_unavailable
from app.telemetry import correlate
from app.tracing import span

LARGEST_BODY = 1024 * 1024
"""Bytes; a document is a few kilobytes, a manifest of 10,000 invoices under one megabyte."""

CORRELATION_HEADER = "x-correlation-id"
_FIT_TO_LOG = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = structlog.get_logger(__name__)


class Correlation:
    """Gives each request a correlation id, the caller's own if it is fit to log, and a problem document if it fails."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get(CORRELATION_HEADER, "")
        fit = asked if _FIT_TO_LOG.fullmatch(asked) else None
        with correlate(fit) as correlation_id, span("request") as begun:
            await self._answer(scope, receive, send, correlation_id)
            if begun is not None:
                begun.update_name(f"{scope['method']} {find_template(scope)}")

    async def _answer(self, scope: Scope, receive: Receive, send: Send, correlation_id: str) -> None:
        has_started = False

        async def send_with_id(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                MutableHeaders(scope=message)[CORRELATION_HEADER] = correlation_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            problem = _tell_failure(error, method=scope["method"], path=scope["path"])
            if has_started:
                raise
            await problem(scope, receive, send_with_id)


def _tell_failure(error: Exception, **of: str) -> Response:
    """Log it, and build its answer: come again where PostgreSQL cannot serve, else a failure of ours."""
    if is_unavailable(error):
        log.error("database_unavailable", error=str(error).partition("\n")[0], **of)
        return respond_outage()
    log.exception("request_failed", **of)
    return respond("internal_error", "It was logged; quote the correlation id when you ask about it.")


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
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
            if received > LARGEST_BODY or (announced.isdecimal() and int(announced) > LARGEST_BODY):
                # Raised where the body is read, so that it is answered like any other refusal.
                raise HTTPException(413, f"A body may have at most {LARGEST_BODY} bytes.")
            return message

        await self._app(scope, receive_limited, send)
