"""Nudges on a real queue: a burst costs one job, and none is swallowed."""

import asyncio
import json
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import structlog
from arq import func
from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from app.settings import Settings
from app.telemetry import correlate
from app.waker import CALLS, DELIVER, MOST_CALLS, QUEUE, RECONCILE, TAKE_IN, ArqWaker
from app.wiring.ground import open_queue


async def list_jobs(queue: ArqRedis) -> list[tuple[str, str]]:
    """What is queued: job and connection."""
    return [(job.function, job.args[0]) for job in await queue.queued_jobs(queue_name=QUEUE)]


def build_worker(queue: ArqRedis, deliver: WorkerCoroutine) -> Worker:
    """A worker of one kind of job, which ends when the queue is empty."""
    return Worker(
        [func(deliver, name=DELIVER, keep_result=0)],
        queue_name=QUEUE,
        redis_pool=queue,
        burst=True,
        poll_delay=0.01,
        handle_signals=False,
        job_serializer=queue.job_serializer,
        job_deserializer=queue.job_deserializer,
    )


async def test_a_burst_of_nudges_is_one_job_for_each_connection_and_kind(queue: ArqRedis) -> None:
    """A job that has not begun will see everything that was committed before the nudges."""
    waker, first, second = ArqWaker(queue), uuid4(), uuid4()
    for _ in range(50):
        await waker.reconcile_soon([first, second])
        await waker.deliver_soon(first)
    expected = [(RECONCILE, str(first)), (RECONCILE, str(second)), (DELIVER, str(first))]
    assert sorted(await list_jobs(queue)) == sorted(expected)


async def test_a_nudge_that_lands_while_a_job_is_ending_is_not_swallowed(queue: ArqRedis) -> None:
    """The job has read for the last time, and is still running, when the nudge comes: another job runs after it."""
    waker, connection_id = ArqWaker(queue), uuid4()
    runs = 0

    async def deliver(ctx: dict[Any, Any], sent_id: str, _: str | None) -> None:
        nonlocal runs
        runs += 1
        await waker.begin(DELIVER, UUID(sent_id))
        if runs == 1:
            await waker.deliver_soon(connection_id)

    await waker.deliver_soon(connection_id)
    worker = build_worker(queue, deliver)
    await worker.async_run()
    assert runs == 2
    assert await list_jobs(queue) == []


async def test_webhooks_that_come_while_a_nudge_rests_have_one_together_after_it(queue: ArqRedis) -> None:
    """The job of the first has begun and may have read for the last time: the others are not left to the timer."""
    waker = ArqWaker(queue)
    first = asyncio.create_task(waker.take_in_soon())
    while not await queue.queued_jobs(queue_name=QUEUE):
        pass
    await waker.begin(TAKE_IN)
    await asyncio.gather(*(waker.take_in_soon() for _ in range(20)))
    assert len(await queue.queued_jobs(queue_name=QUEUE)) == 2
    await first


async def test_calls_that_nobody_waits_for_do_not_pile_up(queue: ArqRedis) -> None:
    """Whoever comes to them looks once for each, and takes all that there is."""
    waker = ArqWaker(queue)
    for _ in range(3):
        await waker.reconcile_soon([uuid4() for _ in range(MOST_CALLS)])
    assert len(await list_jobs(queue)) == 3 * MOST_CALLS
    assert await cast(Any, queue).llen(CALLS) == MOST_CALLS


async def test_a_mark_whose_job_was_lost_runs_out_by_itself(queue: ArqRedis) -> None:
    """Whoever died between setting it and queueing its job holds nobody back for long."""
    connection_id = uuid4()
    await ArqWaker(queue).deliver_soon(connection_id)
    keys = [key for key in await queue.keys("plumbline:nudged:*") if str(connection_id).encode() in key]
    assert len(keys) == 1
    assert 0 < await queue.ttl(keys[0]) <= 30


async def test_a_job_goes_on_under_the_correlation_id_of_what_nudged_it(queue: ArqRedis) -> None:
    """One change's lines are found together in the log, whichever process wrote them."""
    with correlate("corr_1"):
        await ArqWaker(queue).deliver_soon(uuid4())
    (job,) = await queue.queued_jobs(queue_name=QUEUE)
    assert job.args[1] == "corr_1"


async def test_jobs_are_json_and_never_pickle(queue: ArqRedis) -> None:
    """Whoever can write to Redis must not be able to run code here."""
    await ArqWaker(queue).deliver_soon(uuid4())
    (key,) = await queue.keys("arq:job:*")
    assert json.loads(await queue.get(key))["f"] == DELIVER


async def test_no_nudge_raises_when_redis_is_down() -> None:
    """It is logged, and the request that nudged goes on."""
    async with open_queue(Settings(_env_file=None, redis_url="redis://127.0.0.1:1/0")) as nowhere:
        with structlog.testing.capture_logs() as lines:
            await ArqWaker(nowhere).reconcile_soon([uuid4()])
            await ArqWaker(nowhere).deliver_soon(uuid4())
    assert [line["event"] for line in lines] == ["nudge_lost", "nudge_lost"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///run/valkey.sock?db=3", {"path": "/run/valkey.sock", "db": 3}),
        ("unix:///run/my%20valkey.sock", {"path": "/run/my valkey.sock"}),
        ("redis://cache:6380/2", {"host": "cache", "port": 6380, "db": 2}),
        ("redis://:p%40ss@cache/0", {"host": "cache", "password": "p@ss", "db": 0}),
    ],
)
async def test_every_kind_of_redis_address_is_understood(url: str, expected: dict[str, Any]) -> None:
    """Unix sockets with a database number, and passwords with escaped signs, which arq's own reader takes literally."""
    async with open_queue(Settings(_env_file=None, redis_url=url)) as queue:
        assert expected.items() <= queue.connection_pool.connection_kwargs.items()


async def test_a_queue_over_a_unix_socket_works(queue: ArqRedis, redis_url: str) -> None:
    """What development and tests use unless told otherwise."""
    if urlsplit(redis_url).scheme != "unix":
        pytest.skip("REDIS_URL names a server that is reached otherwise")
    assert await queue.ping()


async def test_two_jobs_for_one_connection_may_run_at_once(queue: ArqRedis) -> None:
    """What keeps workers out of each other's way is the lease and the claims, never the queue."""
    waker, connection_id = ArqWaker(queue), uuid4()
    both = asyncio.Barrier(2)

    async def deliver(ctx: dict[Any, Any], sent_id: str, _: str | None) -> None:
        await waker.begin(DELIVER, UUID(sent_id))
        if both.n_waiting == 0:
            await waker.deliver_soon(connection_id)
        async with asyncio.timeout(60):
            await both.wait()

    await waker.deliver_soon(connection_id)
    worker = build_worker(queue, deliver)
    await worker.async_run()
    assert (worker.jobs_complete, worker.jobs_failed) == (2, 0)
