"""Five calls at once, over several processes, in a real Redis; and what becomes of the slots of those who died."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from app.clock import ManualClock, SystemClock
from app.db.life.tokens import DatabaseTokenStore
from app.errors import RateLimited
from app.xero.budget import CALLS_AT_ONCE, Allowance
from app.xero.organisations import XeroSdkOrganisations
from app.xero.shared_budget import SharedBudget
from app.xero.slots import SPAN, SharedSlots
from tests.integration.xero.conftest import Connect, Xero

TENANT = "tenant-1"
DEADLINE_SECONDS = 60


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the test's own database."""
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def clock() -> ManualClock:
    """The time of all processes."""
    return ManualClock()


async def at_once(seconds: float) -> None:
    """Nobody who waits waits long."""


def build_slots(
    redis: Redis,
    clock: ManualClock,
    pause: Callable[[float], Awaitable[None]] = at_once,
    renew_every: timedelta = SPAN,
) -> SharedSlots:
    """The slots as one process has them."""
    return SharedSlots(redis, "plumbline:xero:app-1", clock, pause, renew_every)


async def take_all(slots: SharedSlots) -> list[str]:
    """Every slot that there is."""
    return [await slots.take(TENANT, is_bulk=False) for _ in range(CALLS_AT_ONCE)]


async def test_the_sixth_call_waits_for_the_first_that_ends(redis: Redis, clock: ManualClock) -> None:
    """Whichever process it is made in; another organisation's calls do not count."""
    one, two = build_slots(redis, clock), build_slots(redis, clock, asyncio.sleep)
    first, *_ = await take_all(one)
    assert await two.take("tenant-2", is_bulk=False)
    waiting = asyncio.create_task(two.take(TENANT, is_bulk=False))
    async with one.keep(TENANT, first):
        assert not waiting.done()
    async with asyncio.timeout(DEADLINE_SECONDS):
        assert await waiting


async def test_nobody_waits_long(redis: Redis, clock: ManualClock) -> None:
    """A worker is not held for somebody else's slow calls: it comes back later, with the reason."""
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    await take_all(build_slots(redis, clock))
    with pytest.raises(RateLimited) as refused:
        await build_slots(redis, clock, pause).take(TENANT, is_bulk=False)
    assert (refused.value.problem, refused.value.spares_people) == ("concurrent", False)
    assert refused.value.retry_after is not None
    assert timedelta(seconds=sum(waited)) == timedelta(seconds=5)


async def test_a_bulk_leaves_the_last_slot_to_people(redis: Redis, clock: ManualClock) -> None:
    """And what it is refused for does not stop them."""
    slots = build_slots(redis, clock)
    for _ in range(CALLS_AT_ONCE - 1):
        await slots.take(TENANT, is_bulk=True)
    with pytest.raises(RateLimited) as refused:
        await slots.take(TENANT, is_bulk=True)
    assert refused.value.spares_people
    assert await slots.take(TENANT, is_bulk=False)


async def test_the_slots_of_a_process_that_died_are_free_after_a_while(
    redis: Redis, clock: ManualClock
) -> None:
    """Nobody gives them back; they end by themselves."""
    await take_all(build_slots(redis, clock))
    clock.advance(SPAN - timedelta(seconds=1))
    with pytest.raises(RateLimited):
        await build_slots(redis, clock).take(TENANT, is_bulk=False)
    clock.advance(timedelta(seconds=1))
    await take_all(build_slots(redis, clock))


async def test_a_slot_lasts_as_long_as_its_call(redis: Redis, clock: ManualClock) -> None:
    """It is renewed, whatever a slot's span is."""
    slots = build_slots(redis, clock, renew_every=timedelta(milliseconds=1))
    _, *others = await take_all(slots)
    key = f"plumbline:xero:app-1:slots:{TENANT}"
    async with AsyncExitStack() as calls:
        for slot in others:
            await calls.enter_async_context(slots.keep(TENANT, slot))
        clock.advance(SPAN)
        present = clock.now().timestamp() * 1000
        async with asyncio.timeout(DEADLINE_SECONDS):
            while await redis.zcount(key, present + 1, "+inf") < len(others):  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.001)
        assert await slots.take(TENANT, is_bulk=False)
        with pytest.raises(RateLimited):
            await slots.take(TENANT, is_bulk=False)


async def test_a_call_that_was_cancelled_keeps_its_slot_for_a_while(redis: Redis, clock: ManualClock) -> None:
    """Its thread may still be calling; one that failed gives it back at once."""
    slots = build_slots(redis, clock)
    taken = await take_all(slots)
    with pytest.raises(asyncio.CancelledError):
        async with slots.keep(TENANT, taken[0]):
            raise asyncio.CancelledError
    with pytest.raises(RateLimited):
        await slots.take(TENANT, is_bulk=False)
    with pytest.raises(ZeroDivisionError):
        async with slots.keep(TENANT, taken[1]):
            raise ZeroDivisionError
    assert await slots.take(TENANT, is_bulk=False)


async def test_two_processes_together_have_five_calls_under_way(
    xero: Xero, store: DatabaseTokenStore, connect: Connect, redis_url: str
) -> None:
    """Twenty calls to a slow Xero, ten in each process: it refuses none."""
    await xero.control("PUT", "/latency", milliseconds=100)
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, timedelta(days=2))
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(2):
            redis = await stack.enter_async_context(Redis.from_url(redis_url))
            budget = SharedBudget(redis, "app-1", Allowance(), SystemClock())
            organisations = XeroSdkOrganisations(
                xero.at.root_url, store, xero.identities, SystemClock(), budget=budget
            )
            stack.callback(organisations.close)
            # Opened twice in each process: what holds five at once is no object of one opening.
            opened += [await organisations.open(connection_id) for _ in range(2)]
        await asyncio.gather(
            *(each.contacts.fetch_by_name(["Kim Tran"]) for each in opened for _ in range(5))
        )
    assert [call["status"] for call in await xero.calls()] == [200] * 20
