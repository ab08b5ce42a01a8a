"""The partner's app in this process, on a free port: for tests, and for whoever embeds it.

The server runs in a thread with its own event loop. Entering the context returns once it listens; leaving it
returns once it has stopped. Each entering starts with empty books.
"""

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette

from app.sandbox.partner.application import WEBHOOK_PATH, build_application
from app.sandbox.partner.outbox import Outbox
from app.sandbox.serving import PromptServer

START_PATIENCE_SECONDS = 60


class SandboxPartner:
    """`with SandboxPartner() as partner:` serves until the block ends."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._port = port

    @property
    def root_url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def control_url(self) -> str:
        return f"{self.root_url}/control"

    @property
    def webhook_url(self) -> str:
        return f"{self.root_url}{WEBHOOK_PATH}"

    def __enter__(self) -> Self:
        self._socket = bind_socket(self._host, self._port)
        self._port = self._socket.getsockname()[1]
        application = build_application()
        self.outbox: Outbox = application.state.outbox
        """To be looked at only: it belongs to the server's thread."""
        self._server = AnnouncingServer(build_config(application))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        if not self._server.is_listening.wait(START_PATIENCE_SECONDS):
            raise TimeoutError("the partner's app did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.end()
        self._thread.join()
        self._socket.close()


class AnnouncingServer(PromptServer):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        self.is_listening = threading.Event()
        super().__init__(config, self.is_listening.set)


def build_config(application: Starlette | None = None) -> uvicorn.Config:
    """The app, a fresh one where none is given, quiet but for warnings."""
    return uvicorn.Config(
        application or build_application(), log_config=None, log_level="warning", access_log=False,
        timeout_graceful_shutdown=2, proxy_headers=False,
    )  # fmt: skip


def bind_socket(host: str, port: int) -> socket.socket:
    """A bound TCP socket; port 0 takes a free one. Raises OSError when the port is taken."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    return bound
