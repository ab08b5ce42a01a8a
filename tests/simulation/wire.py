"""The network in memory: requests go straight to the application that they are for, between two gates.

A call waits at a gate before it leaves and at another before its answer is heard; at either it may be cut, so that what
was asked is never done, or done and never heard of. Xero's sandbox does what it is asked in one step, by whatever way
the request comes; a fault of it that breaks the connection breaks it here too.
"""

import asyncio
from collections.abc import Callable, Coroutine
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import httpx
import urllib3
from starlette.types import ASGIApp, Message
from urllib3._collections import HTTPHeaderDict
from urllib3.exceptions import ProtocolError

from tests.simulation.scheduler import Actor, Scheduler, Way

HOST = "localhost"


class Exchange:
    """One request to an application, and its answer; `transport` is what a server's send offers to hang up by."""

    def __init__(self, method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        parts = urlsplit(url)
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": parts.scheme,
            "path": httpx.URL(url).path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": (parts.hostname, parts.port),
            "state": {},
        }
        self._body = body
        self._is_asked = False
        self._parts: list[bytes] = []
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_broken = False
        self.transport = self

    async def receive(self) -> Message:
        """The request's body, then nothing more."""
        if self._is_asked:
            return {"type": "http.disconnect"}
        self._is_asked = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Keep what is answered."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self._parts.append(message.get("body", b""))

    def abort(self) -> None:
        """The connection is cut."""
        self.is_broken = True

    close = abort

    @property
    def content(self) -> bytes:
        """The answer's body."""
        return b"".join(self._parts)

    async def run(self, app: ASGIApp) -> None:
        """Have the application answer."""
        await app(self.scope, self.receive, self.send)


def at_once(work: Coroutine[Any, Any, None]) -> None:
    """Do all of some work that waits for nothing, here and now."""
    try:
        while True:
            assert work.send(None) is None, "it waits for something"
    except StopIteration:
        return


class Site:
    """An application at an address; what an actor does not do at once is done in a task of his, and dies with him."""

    def __init__(self, app: ASGIApp, actor: Actor | None = None) -> None:
        self.app = app
        self.actor = actor

    async def answer(self, exchange: Exchange, caller: Actor) -> None:
        """Have it answered; an answer of who dies meanwhile is broken off."""
        if self.actor is None or not caller.is_mortal:
            await exchange.run(self.app)
            return
        if self.actor.is_dead:
            exchange.abort()
            return
        task = self.actor.spawn(exchange.run(self.app))
        await asyncio.wait({task})
        if task.cancelled():
            exchange.abort()
        else:
            task.result()


Sites = dict[int, Site]
"""Who answers at which port."""


class Wire(httpx.AsyncBaseTransport):
    """The way of one actor to all sites."""

    def __init__(self, scheduler: Scheduler, sites: Sites, actor: Actor) -> None:
        self._scheduler = scheduler
        self._sites = sites
        self._actor = actor

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Between two gates."""
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        exchange = Exchange(request.method, str(request.url), headers, await request.aread())
        name = f"{request.method} {request.url.port} {request.url.raw_path.decode()}"
        if await self._wait(f"asks {name}") is Way.CUT:
            raise httpx.ConnectError("cut before", request=request)
        await self._sites[request.url.port or 0].answer(exchange, self._actor)
        said = "nothing" if exchange.is_broken else str(exchange.status)
        if await self._wait(f"hears {said} of {name}") is Way.CUT or exchange.is_broken:
            raise httpx.ReadError("cut after", request=request)
        answer = httpx.ByteStream(exchange.content)
        return httpx.Response(exchange.status, headers=exchange.headers, stream=answer, request=request)

    async def _wait(self, name: str) -> Way:
        return await self._scheduler.wait(self._actor, name, can_be_cut=self._actor.is_mortal)


def build_client(
    scheduler: Scheduler, sites: Sites, actor: Actor, base_url: str = "", authorization: str = ""
) -> httpx.AsyncClient:
    """A client by which an actor calls all sites."""
    headers = {"authorization": authorization} if authorization else {}
    return httpx.AsyncClient(transport=Wire(scheduler, sites, actor), base_url=base_url, headers=headers)


Urlopen = Callable[..., urllib3.HTTPResponse]


def build_urlopen(find_app: Callable[[], ASGIApp]) -> Urlopen:
    """What stands for urllib3's own: Xero's SDK asks the sandbox in this process, all at once."""

    def urlopen(_: Any, method: str, url: str, **kw: Any) -> urllib3.HTTPResponse:
        body = kw.get("body") or b""
        headers = [
            (str(name).lower().encode(), str(value).encode())
            for name, value in (kw.get("headers") or {}).items()
        ]
        exchange = Exchange(method, url, headers, body if isinstance(body, bytes) else str(body).encode())
        at_once(exchange.run(find_app()))
        if exchange.is_broken:
            raise ProtocolError("cut")
        answered = HTTPHeaderDict((name.decode(), value.decode()) for name, value in exchange.headers)
        return urllib3.HTTPResponse(
            BytesIO(exchange.content), answered, exchange.status, preload_content=True, decode_content=False
        )

    return urlopen
