"""The outermost layer: hears every request whole, lets ordered faults strike, and writes the call log.

The application inside answers into memory first, so that a fault can lose, cut, delay or replace an answer whose work
is already done. The control address passes untouched, unlogged and unharmed.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.xero.forms.answers import answer_invalid, answer_json, answer_missing, answer_problem
from app.sandbox.xero.gate import refuse_limit
from app.sandbox.xero.memory.bearer import refuse_expired, refuse_scope, refuse_stranger, refuse_unknown
from app.sandbox.xero.memory.faults import API_PREFIX, Fault
from app.sandbox.xero.memory.limits import LimitReached
from app.sandbox.xero.memory.sandbox import Sandbox

_WORKS_FIRST = frozenset(
    {"unavailable_after", "cut_after", "timeout_after", "truncated", "slow", "duplicate_rows", "stale"}
)
_USED_UP = {
    "rate_limited_minute": "X-MinLimit-Remaining",
    "rate_limited_day": "X-DayLimit-Remaining",
    "rate_limited_appminute": "X-AppMinLimit-Remaining",
}
_BREAKS = ("cut", "timeout", "truncated")


class Doorway:
    """ASGI middleware around the whole sandbox."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/control"):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        fault = self._sandbox.faults.take(scope["method"], scope["path"])
        scope["sandbox.fault"] = fault
        with ExitStack() as until_answered:
            scope["sandbox.until_answered"] = until_answered
            answer = await self._answer(scope, body, fault)
            if fault is not None and fault.kind == "slow":
                await _stay_silent(fault, receive)
        self._log(scope, body, answer, fault)
        if fault is not None and fault.kind.startswith(_BREAKS):
            await _break_off(fault, answer, receive, send)
        else:
            await answer(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes, fault: Fault | None) -> Response:
        """What the caller should get, the work done or not as the fault says."""
        if fault is None or fault.kind in _WORKS_FIRST or _is_inside(fault, scope):
            answer = await _run(self._app, scope, body)
        else:
            answer = self._stand_in(fault, scope)
        if fault is not None and fault.kind == "unavailable_after":
            answer = self._stand_in(fault, scope)
        if fault is not None and fault.kind == "duplicate_rows" and answer.status_code == 200:
            answer = _with_doubles(answer)
        return answer

    def _stand_in(self, fault: Fault, scope: Scope) -> Response:
        """The fault's own answer, with the limits that every answer of the API tells."""
        answer = _build_stand_in(fault)
        tenant_id = Request(scope).headers.get("xero-tenant-id", "").lower()
        if tenant_id in self._sandbox.organisations:
            answer.headers.update(self._sandbox.limits.headers(tenant_id, self._sandbox.clock.now()))
        used_up = _USED_UP.get(fault.kind)
        if used_up:
            answer.headers[used_up] = "0"
        return answer

    def _log(self, scope: Scope, body: bytes, answer: Response, fault: Fault | None) -> None:
        request = Request(scope)
        self._sandbox.exchanges.add(request, body, answer)
        is_silent = fault is not None and fault.kind.startswith(("cut", "timeout"))
        self._sandbox.calls.add(
            self._sandbox.clock.now(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode(),
            tenant_id=request.headers.get("xero-tenant-id"),
            status=None if is_silent else answer.status_code,
            elements=scope.get("sandbox.elements", 0),
            bytes_in=len(body),
            bytes_out=0 if is_silent else len(answer.body),
            fault=fault.kind if fault else None,
        )


def _is_inside(fault: Fault, scope: Scope) -> bool:
    """A 500 of the API itself is made behind the gate, so that its idempotency key is spent (FACTS 4.9)."""
    return fault.kind == "error_500" and str(scope["path"]).startswith(API_PREFIX)


def _with_doubles(answer: Response) -> Response:
    """The answer with every row of its list twice; one that is itself a list, of connections, is no page of rows."""
    said = json.loads(bytes(answer.body))
    if not isinstance(said, dict):
        return answer
    doubled = {name: rows * 2 if isinstance(rows, list) else rows for name, rows in said.items()}
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return answer_json(doubled, 200, headers)


def _build_stand_in(fault: Fault) -> Response:
    """The answer that a fault puts in place of the real one."""
    if fault.kind.startswith("rate_limited_"):
        return refuse_limit(LimitReached(fault.kind.removeprefix("rate_limited_"), fault.seconds_to_wait()))
    # Of a cut or a silence nobody will see the answer.
    return _STAND_INS.get(fault.kind, _answer_unavailable)()


def _answer_unavailable() -> Response:
    return Response("The service is temporarily unavailable", 503, media_type="text/plain")


_STAND_INS: dict[str, Callable[[], Response]] = {
    "bad_request": lambda: answer_invalid([]),
    "bad_request_html": lambda: Response(
        "<html><body><h1>Bad Request</h1></body></html>", 400, media_type="text/html"
    ),
    "token_expired": lambda: refuse_expired("01/01/2001 00:00:00"),
    "token_unknown": refuse_unknown,
    "scope_missing": refuse_scope,
    "token_revoked": refuse_stranger,
    "forbidden": lambda: answer_problem(403, "Forbidden", "Forbidden"),
    "not_found": answer_missing,
    "precondition_failed": lambda: answer_problem(
        412, "PreconditionFailed", "One or more of the request's preconditions failed"
    ),
    "error_500": lambda: answer_problem(500, "InternalServerError", "An unexpected error occurred"),
}


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _run(app: ASGIApp, scope: Scope, body: bytes) -> Response:
    """Run the application over a body that was read already, and keep its answer."""
    start: dict[str, Any] = {"status": 500, "headers": []}
    parts: list[bytes] = []

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, replay, keep)
    answer = Response(b"".join(parts), start["status"])
    answer.raw_headers = list(start["headers"])
    return answer


async def _break_off(fault: Fault, answer: Response, receive: Receive, send: Send) -> None:
    """End the connection without an answer, at once or after a silence, or in the middle of one."""
    if fault.kind.startswith("timeout"):
        await _stay_silent(fault, receive)
    transport = send.__self__.transport  # type: ignore[attr-defined]  # uvicorn's cycle: the only way to hang up
    if fault.kind == "truncated":
        await send(
            {"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers}
        )
        await send(
            {"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True}
        )
        transport.close()
    else:
        transport.abort()
    await receive()


async def _stay_silent(fault: Fault, receive: Receive) -> None:
    """Say nothing for the fault's seconds, or until it is lifted, or until the caller gives up."""
    ends = [asyncio.create_task(_hear_hanging_up(receive)), asyncio.create_task(fault.lifted.wait())]
    fault.silent += 1
    try:
        await asyncio.wait(ends, timeout=fault.seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        fault.silent -= 1
        for end in ends:
            end.cancel()


async def _hear_hanging_up(receive: Receive) -> bool:
    while (await receive())["type"] != "http.disconnect":
        continue
    return True
