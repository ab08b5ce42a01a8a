"""A partner's app in the test's own loop that answers exactly what a test tells it to, when the test tells it to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class OddApp:
    """Answers every request with `answer`, a whole HTTP response or the beginning of one, once `gate` is open.

    `keep_raw` is given each body as it came.
    """

    webhook_url: str = ""
    answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
    then_hangs: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    headers: list[dict[str, str]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    keep_raw: Callable[[bytes], None] = field(default=lambda _: None)
    in_flight: int = 0
    most_in_flight: int = 0
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    def say(self, status: int, body: Any = b"", **headers: str) -> None:
        """Set what is answered from now on; a body that is not bytes goes out as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Odd", f"content-length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.answer = "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    def list_revisions(self) -> list[tuple[str, int]]:
        """The changes that came, in order: invoice and revision."""
        return [(message["data"]["invoice_id"], message["data"]["revision"]) for message in self.received]

    async def wait_for(self, count: int) -> None:
        """Return when so many requests have come; a minute is the deadline."""
        async with asyncio.timeout(60), self._came:
            await self._came.wait_for(lambda: len(self.received) >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await self._answer_one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
        headers = {name.lower(): value for name, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        self.keep_raw(body)
        self.received.append(json.loads(body))
        self.headers.append(headers)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        async with self._came:
            self._came.notify_all()
        try:
            await self.gate.wait()
        finally:
            self.in_flight -= 1
        writer.write(self.answer)
        await writer.drain()
        if self.then_hangs:
            await reader.read()


@asynccontextmanager
async def serve_odd_app() -> AsyncIterator[OddApp]:
    """An odd app on a free port of this machine, its gate open."""
    odd = OddApp()
    odd.gate.set()
    server = await asyncio.start_server(odd._serve, "127.0.0.1", 0)
    odd.webhook_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield odd
    odd.gate.set()
    server.close()
