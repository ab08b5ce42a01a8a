"""Counts round trips to PostgreSQL: a unix socket that passes everything on and reads the server's messages.

The server ends every exchange with a ReadyForQuery; a client of asyncpg waits for each. pg_stat_statements is no part
of the embedded PostgreSQL, and counts statements rather than waits.
"""

import asyncio
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

SOCKET = ".s.PGSQL.5432"
READY = ord("Z")
HEADER = 5
CHUNK = 65536


class Counter:
    """How many exchanges have ended, over all connections."""

    def __init__(self) -> None:
        self.round_trips = 0


class Messages:
    """Reads one connection's messages of the server as they pass, in pieces of any size."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._left, self._header = counter, 0, b""

    def feed(self, data: bytes) -> None:
        """What passes now."""
        at = 0
        while at < len(data):
            if self._left:
                passed = min(self._left, len(data) - at)
                self._left, at = self._left - passed, at + passed
                continue
            missing = HEADER - len(self._header)
            self._header, at = self._header + data[at : at + missing], at + missing
            if len(self._header) == HEADER:
                self._counter.round_trips += self._header[0] == READY
                self._left, self._header = int.from_bytes(self._header[1:]) - 4, b""


@contextmanager
def counting_proxy(database_url: str) -> Iterator[tuple[str, Counter]]:
    """The url by which the same database is reached through the counter."""
    parts = urlsplit(database_url)
    server = Path(parse_qs(parts.query)["host"][0]) / SOCKET
    counter, loop = Counter(), asyncio.new_event_loop()
    with tempfile.TemporaryDirectory(prefix="pl-", dir="/tmp") as folder:
        starting = asyncio.start_unix_server(lambda r, w: _pass(r, w, server, counter), f"{folder}/{SOCKET}")
        loop.run_until_complete(starting)
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        yield urlunsplit(parts._replace(query=f"host={quote(folder, safe='')}")), counter
        asyncio.run_coroutine_threadsafe(_end(loop), loop)
        thread.join(5)
        loop.close()


async def _end(loop: asyncio.AbstractEventLoop) -> None:
    """What still passes is cut off, as its ends have gone."""
    passing = asyncio.all_tasks() - {asyncio.current_task()}
    for task in passing:
        task.cancel()
    await asyncio.gather(*passing, return_exceptions=True)
    loop.call_soon(loop.stop)


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: Path, counter: Counter
) -> None:
    there, here = await asyncio.open_unix_connection(str(server))
    back = asyncio.create_task(_copy(there, writer, Messages(counter)))
    # Cut off is how it ends; asyncio would tell of it as of a failure.
    with suppress(asyncio.CancelledError):
        await _copy(reader, here, None)
        here.close()
        await back
        writer.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter, messages: Messages | None) -> None:
    try:
        while data := await source.read(CHUNK):
            if messages is not None:
                messages.feed(data)
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        return
