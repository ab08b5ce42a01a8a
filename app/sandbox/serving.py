"""uvicorn in a thread or a loop of this process: it tells when it listens, and ends at once when it is told to.

uvicorn itself looks ten times a second whether it is to end, and then gives connections another tenth of a second;
whoever starts and ends a server for each of a thousand tests waits minutes for that. Requests under way are still
answered, as long as the configuration gives them.
"""

import asyncio
import socket
from collections.abc import Callable

import uvicorn

_LOOK_SECONDS = 0.1


class PromptServer(uvicorn.Server):
    """A server that calls `announce` once it listens, from its own thread."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    def end(self) -> None:
        """Have the server end; from any thread, and harmless when it has ended."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then announce."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._announce()

    async def main_loop(self) -> None:
        """Serve until told to end; signals are seen as in uvicorn's own."""
        told, counter = asyncio.create_task(self._told.wait()), 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.wait([told], timeout=_LOOK_SECONDS)
        told.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, let requests under way end, then the application."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._end_requests()
        await self.lifespan.shutdown()

    async def _end_requests(self) -> None:
        under_way = list(self.server_state.tasks)
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=self.config.timeout_graceful_shutdown)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
