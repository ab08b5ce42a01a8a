"""One worker's life: it starts, outlives a Redis that goes away, and ends calmly when asked to.

On SIGTERM or SIGINT it takes no more jobs. Those under way end at the next good place, a reconcile after its round, and
call another worker for the rest; they get ten seconds. What is cut off after that gives its lease back, so that another
worker takes over at once; the claim of a delivery runs out within half a minute. It has ended after twenty seconds.

A Redis that is gone stops the nudges and nothing else: the worker waits for it, and the first sweep after that finds
whatever came meanwhile.
"""

import asyncio
import logging
import os
import signal
import sys
from datetime import timedelta
from typing import Any

import structlog
import uvloop
from arq.worker import Worker
from redis.exceptions import RedisError

from app import collector
from app.settings import Settings
from app.tracing import tracing_to
from app.wiring import WorkerParts, open_worker
from app.wiring.ground import open_queue
from app.worker.jobs import build_worker
from app.worker.metrics_port import serve_metrics

CALM_END = timedelta(seconds=10)
"""What jobs under way get after a signal, before they are cancelled."""

_PAUSE_SECONDS = 1
_CANCEL_AGAIN_SECONDS = 3

log = structlog.get_logger(__name__)


def run(settings: Settings) -> None:
    """Work until a signal comes; blocks."""
    # Its lines about every job would be most of the log; what jobs do, they say themselves.
    logging.getLogger("arq").setLevel(logging.WARNING)
    uvloop.run(_run_until_signal(settings))
    _leave()


def _leave() -> None:
    """End now: a thread that waits for an answer of Xero would keep the process for a minute more, for nothing."""
    logging.shutdown()
    sys.stderr.flush()
    os._exit(0)


async def _run_until_signal(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        tracing_to(settings.otlp_endpoint, "worker"),
        open_worker(settings) as parts,
        serve_metrics(settings, parts.metrics),
    ):
        collector.resume()
        await work(settings, parts, stop)


async def work(settings: Settings, parts: WorkerParts, stop: asyncio.Event) -> None:
    """Run jobs until told to stop; through as many losses of Redis as there are."""
    log.info("worker_started")
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        async with open_queue(settings) as redis:
            worker = build_worker(parts, redis, settings.worker_poll_seconds)
            running = asyncio.create_task(worker.async_run())
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                parts.ending.announce()
            await _finish_jobs(worker, running)
            await _end(worker, running)
        if not stop.is_set():
            await asyncio.wait({stopping}, timeout=_PAUSE_SECONDS)
    log.info("worker_ended")


async def _finish_jobs(worker: Worker, running: asyncio.Task[None]) -> None:
    """Take no more jobs, and wait for those under way as long as they get."""
    # A worker in burst mode that has run all the jobs it may waits for them and ends: no call to Redis is cut short.
    worker.burst, worker.max_burst_jobs = True, 0
    await asyncio.wait({running, *worker.tasks.values()}, timeout=CALM_END.total_seconds())


async def _end(worker: Worker, running: asyncio.Task[None]) -> None:
    """Cancel what still runs; says why the worker ended if that was not our wish.

    Its own `close` is not used: it deletes the sign of life, which other workers on this machine share.
    """
    tasks = {running, *worker.tasks.values()}
    await cancel_all(tasks)
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, RedisError | OSError):
            log.warning("redis_lost", error=str(error))
        elif error is not None:
            raise error


async def cancel_all(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel until all have ended: a cancellation that lands in a call to Redis can be swallowed there."""
    while under_way := {task for task in tasks if not task.done()}:
        for task in under_way:
            task.cancel()
        # Long enough for what is cut off to give back its lease.
        await asyncio.wait(under_way, timeout=_CANCEL_AGAIN_SECONDS)
