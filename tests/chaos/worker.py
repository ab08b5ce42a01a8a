"""A worker or an API in a process of its own that tells which points it passes, and dies at one of them.

Forked by a server that has loaded everything, so that hundreds of them can live and die within minutes.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection

import uvicorn

from app import waker
from app.clock import ManualClock
from app.main import create_app
from app.settings import Settings
from app.wiring import WorkerParts
from app.worker.jobs import Jobs
from tests.chaos.ground import be_silent
from tests.chaos.points import Points, install
from tests.deaf_server import DeafServer
from tests.scenarios.opening import open_parts

LONGEST_LIFE_SECONDS = 60

OF_A_CONNECTION = {waker.RECONCILE, waker.DELIVER, waker.READ}

TO_END = "hear that it is to end"

Job = str | timedelta
"""What a worker does next: a job by its name, as `app.worker.jobs` has it, or `TO_END`; or it waits for so long."""


@dataclass(frozen=True)
class Order:
    """What a process is to do, and at which point it dies, if at any."""

    settings: Settings
    connection_id: str
    now: datetime
    kill_at: int | None = None
    jobs: tuple[Job, ...] = ()
    """Of a worker."""
    may_fail: bool = False
    """Whether a job may raise, which a worker outlives."""
    port: int = 0
    """Where an API listens."""


@dataclass(frozen=True)
class Death:
    """What became of a process: the points that it passed, in order, and whether it was killed."""

    points: list[str]
    was_killed: bool
    exit_code: int | None


def work(order: Order, tells: Connection) -> None:
    """The life of a worker: its jobs, one after the other."""
    begin(order, tells)
    asyncio.run(_work(order))


async def _work(order: Order) -> None:
    clock = ManualClock(order.now)
    async with open_parts(order.settings, clock) as parts:
        for job in order.jobs:
            if isinstance(job, timedelta):
                clock.advance(job)
                continue
            if job == TO_END:
                parts.ending.announce()
                continue
            with suppress(Exception) if order.may_fail else nullcontext():
                await run_job(parts, job, order.connection_id)


async def run_job(parts: WorkerParts, name: str, connection_id: str) -> None:
    """Run a job as it is run when it is taken out of the queue."""
    about = (connection_id, None) if name in OF_A_CONNECTION else ()
    await getattr(Jobs(parts), name)({}, *about)


def serve(order: Order, tells: Connection) -> None:
    """The life of an API, until it is told to stop."""
    begin(order, tells)
    config = uvicorn.Config(
        create_app(order.settings), host="127.0.0.1", port=order.port, log_config=None, lifespan="on"
    )
    server = DeafServer(config, lambda: None)
    signal.signal(signal.SIGTERM, lambda *_: server.end())
    asyncio.run(server.serve())


def begin(order: Order, tells: Connection) -> None:
    """Have this process tell its points, and die at one."""
    be_silent()

    def tell(name: str) -> None:
        os.write(tells.fileno(), f"{name}\n".encode())

    install(Points(tell, order.kill_at))


class Process:
    """One such process."""

    def __init__(self, life: Callable[[Order, Connection], None], order: Order) -> None:
        self._hears, tells = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=life, args=(order, tells), daemon=True)
        self._process.start()
        tells.close()

    async def end(self) -> Death:
        """Wait until it has ended by itself; one that does not is ended, and fails."""
        points = await asyncio.to_thread(self._read)
        await asyncio.to_thread(self._process.join, LONGEST_LIFE_SECONDS)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
        return Death(points, code == -signal.SIGKILL, code)

    def stop(self) -> None:
        """Ask it to stop."""
        self._process.terminate()

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def _read(self) -> list[str]:
        with open(self._hears.fileno(), "rb", closefd=False) as said:
            return said.read().decode().splitlines()


CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])
