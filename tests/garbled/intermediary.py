"""An HTTP server before the sandbox's Xero: it passes every call on, and has the answer changed on its way back.

It speaks HTTP by hand, because libraries do not let anybody send what is wrong.
"""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from tests.garbled.answer import Answer, Request
from tests.integration.xero.odd_server import Server

Change = Callable[[Request, Answer], Answer]

OF_THE_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"}
)
PATIENCE_SECONDS = 60


@contextmanager
def stand_before(root_url: str, change: Change) -> Iterator[str]:
    """The address at which Xero is reached so, until the block ends. `change` is called from any thread."""
    behind = urlsplit(root_url).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            address = urlsplit(self.path)
            request = Request(self.command, address.path, address.query, body)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_HOP}
            self._send(change(request, ask(behind, self.command, self.path, body, headers)))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            has_body = answer.status not in (204, 304)
            if answer.is_chunked:
                self.send_header("Transfer-Encoding", "chunked")
            elif has_body:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if has_body:
                self._write(answer)

        def _write(self, answer: Answer) -> None:
            sent = answer.body if answer.cut_at is None else answer.body[: answer.cut_at]
            if not answer.is_chunked:
                self.wfile.write(sent)
            elif sent:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(sent), sent))
            if answer.cut_at is not None:
                self.close_connection = True
            elif answer.is_chunked:
                self.wfile.write(b"0\r\n\r\n")

        do_GET = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - http.server asks for these names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
            """Keep quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(behind: str, method: str, target: str, body: bytes, headers: dict[str, str]) -> Answer:
    """What the server behind answers."""
    connection = http.client.HTTPConnection(behind, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, target, body or None, headers)
        answer = connection.getresponse()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in OF_THE_HOP}
        return Answer(answer.status, kept, answer.read())
    finally:
        connection.close()
