"""A worker's life: it takes nudges, finds what nobody was woken for, outlives its Redis, and ends when told to."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from arq.connections import ArqRedis
from redis.exceptions import RedisError

from app.embedded import valkey
from app.settings import Settings
from app.waker import ArqWaker
from app.wiring import open_worker
from app.wiring.ground import open_queue
from app.worker.jobs import build_worker
from app.worker.life_sign import HEALTH_KEY, is_alive
from app.worker.process import cancel_all, work
from tests.integration.delivery.odd_app import OddApp
from tests.integration.delivery.world import World
from tests.integration.worker.conftest import Until

REFERENCE = ("reference", None, "PO 1178")


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[asyncio.Task[None]]:
    """A worker in this process, told to stop at the end."""
    stop = asyncio.Event()
    async with open_worker(settings) as parts:
        worker = asyncio.create_task(work(settings, parts, stop))
        try:
            yield worker
        finally:
            stop.set()
            await worker


async def test_a_nudge_is_followed_without_a_sweep(
    settings: Settings, world: World, odd: OddApp, queue: ArqRedis
) -> None:
    """From the nudge to the app: a worker without any timer, which ends when its queue is empty, takes it there."""
    await world.put_change("inv_1", 1, REFERENCE)
    await world.waker.deliver_soon(world.connection_id)
    async with open_worker(settings) as parts:
        worker = build_worker(parts, queue, settings.worker_poll_seconds)
        worker.cron_jobs, worker.burst = [], True
        await worker.async_run()
    assert odd.received[0]["type"] == "invoice.changed"
    assert await is_applied(world)


async def test_an_idle_worker_is_called(
    settings: Settings, world: World, odd: OddApp, queue: ArqRedis, until: Until
) -> None:
    """It would look at its queue in a minute; the nudge has it look now."""

    async def is_idle() -> bool:
        return any(client["cmd"] == "blpop" for client in await queue.client_list())

    async with open_worker(settings) as parts, open_queue(settings) as own:
        # An answer may take longer here than it may elsewhere.
        own.connection_pool.connection_kwargs["socket_timeout"] = None
        worker = build_worker(parts, own, poll_seconds=60)
        worker.cron_jobs = []
        running = asyncio.create_task(worker.async_run())
        await until(is_idle)
        await world.put_change("inv_1", 1, REFERENCE)
        await world.waker.deliver_soon(world.connection_id)
        await odd.wait_for(1)
        await until(lambda: is_applied(world))
        await cancel_all({running, *worker.tasks.values()})


async def has_swept(queue: ArqRedis) -> bool:
    """Whether the worker told that it lives, and ran the sweeps with which it starts."""
    return bool(await queue.exists(HEALTH_KEY)) and not await queue.exists("plumbline:jobs")


async def test_a_flushed_redis_loses_nothing(
    settings: Settings, world: World, odd: OddApp, queue: ArqRedis, until: Until
) -> None:
    """The nudge is gone with the queue; the sweep finds the change."""
    await world.put_change("inv_1", 1, REFERENCE)
    await world.waker.deliver_soon(world.connection_id)
    await queue.flushdb()
    async with working(settings):
        await odd.wait_for(1)
        await until(lambda: is_applied(world))


async def is_applied(world: World) -> bool:
    """Whether the change was taken, and its answer recorded."""
    return (await world.show_change("inv_1", 1)).state == "applied"


async def test_a_worker_says_that_it_is_alive(settings: Settings, queue: ArqRedis, until: Until) -> None:
    """What a container's health check asks; the sign runs out by itself some seconds after the last."""
    assert not await asyncio.to_thread(is_alive, settings)
    async with working(settings):
        await until(lambda: has_swept(queue))
        assert await asyncio.to_thread(is_alive, settings)


def test_the_look_for_a_worker_loads_next_to_nothing() -> None:
    """It is made twice a minute beside each worker: with all that a worker is, it took as long as it may."""
    tell = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    look = f"import app.__main__, app.commands.starting, app.worker.life_sign; {tell}"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    assert "redis" in loaded
    assert loaded.isdisjoint({"alembic", "arq", "asyncpg", "fastapi", "httpx", "sqlalchemy", "xero_python"})


def test_no_worker_is_alive_where_there_is_no_redis() -> None:
    """The check answers, it does not fail."""
    assert not is_alive(Settings(_env_file=None, redis_url="redis://127.0.0.1:1/0"))


async def test_a_worker_outlives_its_redis(
    settings: Settings, world: World, odd: OddApp, until: Until
) -> None:
    """It waits for the server to come back, and then finds what came meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = valkey.start(folder, folder, None)
        own = settings.model_copy(update={"redis_url": server.url})
        try:
            async with working(own) as worker, open_queue(own) as queue:
                await until(lambda: has_swept(queue))
                server.stop()
                await world.put_change("inv_1", 1, REFERENCE)
                await ArqWaker(queue).deliver_soon(world.connection_id)
                server = valkey.start(folder, folder, None)
                await odd.wait_for(1)
                assert not worker.done()
        finally:
            server.stop()


async def test_a_queue_that_is_closed_opens_no_connection(settings: Settings) -> None:
    """Nobody would close it: arq's tasks that queue a timer's job outlive the queue where Redis goes away meanwhile."""
    async with open_queue(settings) as queue:
        await queue.ping()
    with pytest.raises(RedisError, match="closed"):
        await queue.ping()


async def test_a_job_under_way_is_finished_before_a_worker_ends(
    settings: Settings, world: World, odd: OddApp, until: Until
) -> None:
    """Told to stop, it takes no more jobs and lets those it has come to their end."""
    odd.gate.clear()
    await world.put_change("inv_1", 1, REFERENCE)
    async with working(settings):
        await odd.wait_for(1)
        asyncio.get_running_loop().call_later(0.1, odd.gate.set)
    assert await is_applied(world)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.proof
async def test_a_worker_process_ends_by_itself_when_it_gets_a_signal(
    settings: Settings, queue: ArqRedis, until: Until, number: signal.Signals
) -> None:
    """`python -m app work` ends with 0, at once when it has nothing to do."""
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "PLUMBLINE_SECRET_KEYS": settings.secret_keys[0].get_secret_value(),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", "work", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        await until(lambda: has_swept(queue))
        child.send_signal(number)
        async with asyncio.timeout(60):
            _, said = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
    assert child.returncode == 0, said.decode()
    assert b"Traceback" not in said
