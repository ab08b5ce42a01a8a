"""What every stand-in of a shop stands on: a server of its own on loopback, the story's clock, and what was asked.

A stand-in is a class below `StandIn` that answers calls from its own books, written from the shop's documentation; it
shares nothing with our mapping. `open_stand_in` serves it until the block ends:

    async with open_stand_in(WooShop(house.clock)) as shop:
        shop.address    # what a business enters, without a slash at its end
        shop.calls      # what was asked, in order
        shop.trouble(Reply(503, headers={"retry-after": "7"}))    # answered to the next call in place of all else
        shop.after_next(work)    # awaited once the next call is worked out, before its answer goes

The shop goes by the clock that it is given, and says so in its Date header, to the second as HTTP does.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.clock import Clock
from tests.deaf_server import DeafServer
from tests.loopback import build_client


@dataclass(frozen=True)
class Call:
    """What came to the shop; header names are in lower case, `query` has the last of each name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    """What the shop answers. `body` becomes JSON, unless it is bytes; None is nothing at all."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class StandIn:
    """A shop: its clock, its address once it is served, and what it was asked."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.address = ""
        self.calls: list[Call] = []
        self._troubles: list[Reply] = []
        self._work: list[Callable[[Call], Awaitable[None]]] = []

    @property
    def now(self) -> datetime:
        """The shop's own clock."""
        return self.clock.now()

    def answer(self, call: Call) -> Reply:
        """What the shop says to a call."""
        raise NotImplementedError

    def trouble(self, *replies: Reply) -> None:
        """Answer these to the next calls, in order, in place of all else."""
        self._troubles.extend(replies)

    def after_next(self, work: Callable[[Call], Awaitable[None]]) -> None:
        """Do something in the very middle of the next call: its answer is worked out before, and goes after."""
        self._work.append(work)

    def asked(self, since: int = 0) -> list[str]:
        """Method and path of each call, from a number on."""
        return [f"{call.method} {call.path}" for call in self.calls[since:]]

    async def send_webhook(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Tell somebody; answers the status."""
        async with build_client() as client:
            return (await client.post(url, content=body, headers=dict(headers))).status_code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The shop as a server calls it."""
        assert scope["type"] == "http"
        request = Request(scope, receive)
        call = Call(
            method=request.method,
            path=request.url.path,
            query=dict(request.query_params),
            headers=dict(request.headers),
            body=await request.body(),
        )
        self.calls.append(call)
        reply = self._troubles.pop(0) if self._troubles else self.answer(call)
        if self._work:
            await self._work.pop(0)(call)
        await _build_response(reply, self.now)(scope, receive, send)


def _build_response(reply: Reply, now: datetime) -> Response:
    headers = {"date": format_datetime(now, usegmt=True), **reply.headers}
    if reply.body is None or isinstance(reply.body, bytes):
        return Response(reply.body, reply.status, headers)
    return Response(json.dumps(reply.body), reply.status, headers, media_type="application/json")


Shop = TypeVar("Shop", bound=StandIn)


@asynccontextmanager
async def open_stand_in(shop: Shop) -> AsyncIterator[Shop]:
    """Serve a shop on a free port until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    shop.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listening = asyncio.Event()
    config = uvicorn.Config(
        shop, log_config=None, access_log=False, lifespan="off", date_header=False, timeout_keep_alive=600
    )
    server = DeafServer(config, listening.set)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await asyncio.wait([task, asyncio.create_task(listening.wait())], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield shop
    finally:
        server.end()
        await task
        shop.address = ""
