"""Our own playback, where there is no wrk: asyncio and httptools over kept connections, one request at a time on each.

It runs in a process of its own: `python -m benchmarks.load.player URL FILE SECONDS CONNECTIONS endless|once`.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

from benchmarks.load import requests
from benchmarks.load.played import Played


class Connection(asyncio.Protocol):
    """One kept connection: sends a request as soon as the one before it was answered."""

    def __init__(self, waiting: Iterator[bytes], until: float) -> None:
        self.spans: list[float] = []
        self.answered = self.refused = self.broken = 0
        self.done = asyncio.get_running_loop().create_future()
        self._waiting, self._until = waiting, until
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.spans.append(time.perf_counter() - self._sent_at)
        is_good = 200 <= self._parser.get_status_code() < 300
        self.answered, self.refused = self.answered + is_good, self.refused + (not is_good)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.broken += 1
            self.done.set_result(None)

    def _send(self) -> None:
        request = next(self._waiting, None) if time.perf_counter() < self._until else None
        assert self._transport is not None
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._parser = httptools.HttpResponseParser(self)
        self._sent_at = time.perf_counter()
        self._transport.write(request)


async def _play(url: str, file: Path, seconds: float, connections: int, is_endless: bool) -> Played:
    found = requests.read(file)
    waiting = cycle(found) if is_endless else iter(found)
    began, parts = time.perf_counter(), urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: Connection(waiting, began + seconds), host, port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(each.done for each in opened))
    spans = quantiles([span for each in opened for span in each.spans], n=100, method="inclusive")
    return Played(
        sum(each.answered for each in opened),
        sum(each.refused for each in opened),
        sum(each.broken for each in opened),
        time.perf_counter() - began,
        spans[49] * 1000,
        spans[98] * 1000,
    )


def play(url: str, file: Path, seconds: float, connections: int, *, is_endless: bool) -> Played:
    """See `load.play`."""
    said = [url, str(file), str(seconds), str(connections), "endless" if is_endless else "once"]
    command = [sys.executable, "-m", "benchmarks.load.player", *said]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=seconds + 60)
    return Played(**json.loads(done.stdout))


if __name__ == "__main__":
    _, to, played_from, lasting, at_once, way = sys.argv
    print(
        json.dumps(
            asdict(uvloop.run(_play(to, Path(played_from), float(lasting), int(at_once), way == "endless")))
        )
    )
