"""`python -m app sandbox --side partner`: the partner's app as a process, until it is told to stop."""

import json
import os
import socket

import typer

from app.sandbox.partner.application import WEBHOOK_PATH
from app.sandbox.partner.server import AnnouncingServer, bind_socket, build_config


def run(port: int, host: str) -> None:
    """Serve; once listening, print one JSON line: url, control_url, webhook_url, pid. Port 0 is any free."""
    bound = bind_socket(host, port)
    TellingServer(build_config()).run([bound])


class TellingServer(AnnouncingServer):
    """Prints where it listens, so that whoever started it need not guess when."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = (sockets or [])[0].getsockname()[:2]
        url = f"http://{host}:{port}"
        addresses = {"url": url, "control_url": f"{url}/control", "webhook_url": f"{url}{WEBHOOK_PATH}"}
        typer.echo(json.dumps({**addresses, "pid": os.getpid()}))
