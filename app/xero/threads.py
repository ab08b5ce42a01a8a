"""The threads of a process in which calls to Xero wait for their answers: a bulk's leave some to people's."""

import asyncio
import contextvars
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from typing import TypeVar

CLOSING = timedelta(seconds=5)
"""How long a process that ends waits for calls under way."""

MOST = 20
KEPT_FREE = 6
"""Of them, of calls of bulks."""

Got = TypeVar("Got")


class Threads:
    """The threads of one process; safe for several tasks."""

    def __init__(self) -> None:
        self._names = f"xero-{id(self):x}"
        self._executor = ThreadPoolExecutor(MOST, thread_name_prefix=self._names)
        self._free, self._free_for_bulks = asyncio.Semaphore(MOST), asyncio.Semaphore(MOST - KEPT_FREE)

    @asynccontextmanager
    async def one(self, *, is_bulk: bool) -> AsyncIterator[None]:
        """Wait until a thread is free, and keep it for the block."""
        async with self._free_for_bulks if is_bulk else nullcontext(), self._free:
            yield

    async def run(self, blocking: Callable[[], Got]) -> Got:
        """What a call answers, made in the thread that is kept."""
        # The thread logs with the context (connection, attempt) of the task that asked.
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._executor, context.run, blocking)

    def close(self) -> None:
        """Let calls under way end, for `CLOSING` together at most.

        A call that takes longer is let go of: what it was for is on disk, and is looked for in Xero by whoever is next.
        """
        self._executor.shutdown(wait=False, cancel_futures=True)
        ends_at = time.monotonic() + CLOSING.total_seconds()
        for thread in threading.enumerate():
            if thread.name.startswith(self._names):
                thread.join(max(0.0, ends_at - time.monotonic()))
