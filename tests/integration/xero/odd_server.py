"""A small HTTP server that answers exactly what a test tells it to: bodies that no well-behaved Xero would send."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Heard:
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class OddServer:
    """Answers every request with `status`, `headers` and `body`, and remembers what it heard.

    `first` are bodies that are answered before that, each once and in order.
    """

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    first: list[bytes] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    def answer(self, status: int, body: Any, **headers: str) -> None:
        """Set what is answered from now on; a body that is not bytes goes out as JSON."""
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Server(ThreadingHTTPServer):
    """Holds as many waiting connections as a test opens at once; the default of five drops some."""

    request_queue_size = 64


@contextmanager
def serve_oddly() -> Iterator[OddServer]:
    """An odd server on a free port of this machine, until the block ends."""
    odd = OddServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parsed = json.loads(sent) if sent.startswith((b"{", b"[")) else sent.decode()
            odd.heard.append(Heard(self.command, self.path, dict(self.headers), parsed))
            body = odd.first.pop(0) if odd.first else odd.body
            self.send_response(odd.status)
            for name, value in {"Content-Length": str(len(body)), **odd.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - http.server asks for these names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
            """Keep quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    odd.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield odd
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
