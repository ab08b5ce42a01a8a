"""What surrounds every answer: its correlation id, its headers, its time, and the answer to what nobody foresaw.

Plain ASGI, and one wrapper for all of it, because each costs every request; bodies stream through untouched.
"""

import re
import time
from contextlib import AbstractContextManager

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.answer_headers import complete_headers
from app.api.authentication import get_state
from app.api.metrics.route_times import find_template, observe
from app.api.problems import respond, respond_outage
from app.api.sent_headers import find_header
from app.db.postgres.unavailable import is_unavailable
from app.telemetry import correlate
from app.tracing import span

CORRELATION_HEADER = b"x-correlation-id"
_FIT_TO_LOG = re.compile(rb"[A-Za-z0-9._-]{1,64}")

log = structlog.get_logger(__name__)


class Envelope:
    """Outermost of all, so that every answer comes in it, also one to what nobody foresaw."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, has_started = time.perf_counter(), False
        get_state(scope)  # made here, so that what is laid on a copy of the scope is found on this one

        async def send_whole(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                observe(scope, message["status"], time.perf_counter() - began)
                complete_headers(scope, message, (CORRELATION_HEADER, correlation_id.encode()))
            await send(message)

        with _follow(scope) as correlation_id, span("request") as begun:
            try:
                await self._app(scope, receive, send_whole)
            except Exception as error:
                problem = _tell_failure(error, method=scope["method"], path=scope["path"])
                if has_started:
                    raise
                await problem(scope, receive, send_whole)
            if begun is not None:
                begun.update_name(f"{scope['method']} {find_template(scope)}")


def _follow(scope: Scope) -> AbstractContextManager[str]:
    """Under the caller's own correlation id, if it is fit to log."""
    asked = find_header(scope, CORRELATION_HEADER)
    return correlate(asked.decode() if asked and _FIT_TO_LOG.fullmatch(asked) else None)


def _tell_failure(error: Exception, **of: str) -> Response:
    """Log it, and build its answer: come again where PostgreSQL cannot serve, else a failure of ours."""
    if is_unavailable(error):
        log.error("database_unavailable", error=str(error).partition("\n")[0], **of)
        return respond_outage()
    log.exception("request_failed", **of)
    return respond("internal_error", "It was logged; quote the correlation id when you ask about it.")
