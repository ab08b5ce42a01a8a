"""Workers on machines whose clocks are wrong, over a real queue: nothing is sent twice, and nothing waits."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from arq import connections
from arq.connections import ArqRedis
from arq.utils import timestamp_ms

from app.clock import SharedClock
from app.db.postgres.session import Database
from app.db.postgres.timekeeper import Timekeeper
from app.settings import Settings
from app.wiring import WorkerParts, open_worker
from app.worker.jobs import build_worker
from app.worker.process import cancel_all
from tests.integration.delivery.odd_app import OddApp
from tests.integration.delivery.world import World
from tests.machines import MachineApart

REFERENCE = ("reference", None, "PO 1178")
AHEAD = timedelta(minutes=2)
NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"


async def do_what_is_queued(settings: Settings, parts: WorkerParts, queue: ArqRedis) -> int:
    """A worker without any timer, which ends when its queue is empty: how many jobs failed."""
    worker = build_worker(parts, queue, settings.worker_poll_seconds)
    worker.cron_jobs, worker.burst = [], True
    await worker.async_run()
    return worker.jobs_failed


async def test_a_change_that_is_being_sent_is_nobody_elses_on_a_machine_that_is_ahead(
    settings: Settings, world: World, odd: OddApp
) -> None:
    """The app has not answered yet, and the other worker's machine takes the claim for run out."""
    odd.gate.clear()
    await world.put_change("inv_1", 1, REFERENCE)
    async with (
        open_worker(settings) as holder,
        open_worker(settings, SharedClock(MachineApart(AHEAD))) as other,
    ):
        sending = asyncio.create_task(holder.delivery.deliver(world.connection_id))
        await odd.wait_for(1)
        await other.delivery.deliver(world.connection_id)
        assert len(odd.received) == 1
        odd.gate.set()
        await sending
    assert len(odd.received) == 1
    assert (await world.show_change("inv_1", 1)).state == "applied"


async def test_a_worker_that_began_without_its_database_asks_the_time_before_any_job(
    settings: Settings, world: World, odd: OddApp, queue: ArqRedis
) -> None:
    """While it gets no answer a job fails, as what follows in it would; then the time is the database's."""
    clock = SharedClock(MachineApart(AHEAD))
    nowhere, database = Database(NOWHERE), Database(settings.database_url)
    await world.put_change("inv_1", 1, REFERENCE)
    async with open_worker(settings) as parts:
        unsure = replace(parts, timekeeper=Timekeeper(nowhere, clock))
        await world.waker.deliver_soon(world.connection_id)
        assert await do_what_is_queued(settings, unsure, queue) == 1
        assert (odd.received, clock.is_set) == ([], False)
        await queue.flushdb()
        sure = replace(parts, timekeeper=Timekeeper(database, clock))
        await world.waker.deliver_soon(world.connection_id)
        assert await do_what_is_queued(settings, sure, queue) == 0
    assert clock.is_set
    assert (await world.show_change("inv_1", 1)).state == "applied"
    await nowhere.close()
    await database.close()


async def test_a_nudge_from_a_machine_that_is_ahead_is_followed_at_once(
    settings: Settings, world: World, odd: OddApp, queue: ArqRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the worker's machine it was queued in two minutes."""
    await world.put_change("inv_1", 1, REFERENCE)
    with monkeypatch.context() as patch:
        patch.setattr(connections, "timestamp_ms", lambda: timestamp_ms() + int(AHEAD.total_seconds() * 1000))
        await world.waker.deliver_soon(world.connection_id)
    async with open_worker(settings) as parts:
        worker = build_worker(parts, queue, settings.worker_poll_seconds)
        worker.cron_jobs = []
        running = asyncio.create_task(worker.async_run())
        await odd.wait_for(1)
        await cancel_all({running, *worker.tasks.values()})
