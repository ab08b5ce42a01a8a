"""A worker's own port for Prometheus, where a setting names one; nothing else is served there.

It is served in the worker's loop, beside its jobs. A port that is taken, as by another worker of this machine, is told
in the log and stops nothing: the work matters more than its figures.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from starlette.applications import Starlette

from app.api.metrics.exposition import Exposition, build_metrics_routes
from app.settings import Settings

log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """uvicorn's, but for the signals: those are the worker's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve_metrics(settings: Settings, exposition: Exposition) -> AsyncIterator[int | None]:
    """Serve until the block ends; gives the port, None where there is none."""
    listener = _find_listener(settings)
    if listener is None:
        yield None
        return
    app = Starlette(routes=build_metrics_routes())
    app.state.metrics = exposition
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def _find_listener(settings: Settings) -> socket.socket | None:
    if settings.metrics_port is None:
        return None
    try:
        listener = socket.create_server((settings.metrics_host, settings.metrics_port))
    except OSError as error:
        log.error("metrics_port_taken", port=settings.metrics_port, error=str(error))
        return None
    log.info("metrics_served", port=listener.getsockname()[1])
    return listener
