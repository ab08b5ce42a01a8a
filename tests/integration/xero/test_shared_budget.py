"""Several processes and one budget, over a real Redis, against a sandbox that keeps Xero's limits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis

from app.clock import ManualClock, SystemClock
from app.db.life.tokens import DatabaseTokenStore
from app.errors import RateLimited
from app.xero.budget import Allowance
from app.xero.organisation import XeroSdkOrganisation
from app.xero.organisations import XeroSdkOrganisations
from app.xero.shared_budget import SharedBudget
from tests.integration.xero.conftest import Connect, Xero

NO_REDIS = "redis://127.0.0.1:1/0"


@dataclass
class Processes:
    """Adapters with a Redis client and a budget each, one clock for all; `clock` moves with the sandbox's."""

    xero: Xero
    connection_id: UUID
    clock: ManualClock
    start: Callable[..., XeroSdkOrganisations]
    paused: list[float] = field(default_factory=list)

    async def open(
        self, allowance: Allowance, *, bulk: bool = False, redis_url: str = ""
    ) -> XeroSdkOrganisation:
        """The organisation, opened in a process of its own."""
        return await self.start(allowance, redis_url).open(self.connection_id, bulk=bulk)

    async def pass_time(self, span: timedelta) -> None:
        """Both clocks move on; Xero's by whole seconds, and never less than ours."""
        await self.xero.control("POST", "/clock", advance_seconds=int(span.total_seconds()) + 1)
        self.clock.advance(span)

    async def statuses(self) -> list[int]:
        """How the sandbox answered every call to its API."""
        return [call["status"] for call in await self.xero.calls()]


@pytest.fixture
async def processes(
    xero: Xero, store: DatabaseTokenStore, connect: Connect, redis_url: str
) -> AsyncIterator[Processes]:
    """A connection of an organisation that several processes may open."""
    connection_id = await connect(await xero.consent(), xero.at.tenant_id, timedelta(days=2))
    now = datetime.fromisoformat((await xero.control("GET", "/state"))["clock"])
    async with AsyncExitStack() as stack:

        def start(allowance: Allowance, url: str) -> XeroSdkOrganisations:
            redis = Redis.from_url(url or redis_url)
            stack.push_async_callback(redis.aclose)
            budget = SharedBudget(redis, "app-1", allowance, opened.clock, pause)
            organisations = XeroSdkOrganisations(
                xero.at.root_url, store, xero.identities, SystemClock(), budget=budget
            )
            stack.callback(organisations.close)
            return organisations

        async def pause(seconds: float) -> None:
            opened.paused.append(seconds)
            await opened.pass_time(timedelta(seconds=seconds))

        opened = Processes(xero, connection_id, ManualClock(now), start)
        yield opened


async def call(organisation: XeroSdkOrganisation) -> RateLimited | None:
    """One call; the refusal of the budget, if it refused."""
    try:
        await organisation.contacts.fetch_by_name(["Kim Tran"])
    except RateLimited as limited:
        return limited
    return None


async def call_until_refused(organisation: XeroSdkOrganisation, most: int = 100) -> tuple[int, RateLimited]:
    """How many calls had a place, and the refusal that the next one met."""
    for made in range(most):
        if limited := await call(organisation):
            return made, limited
    raise AssertionError("nothing was refused")


async def test_two_processes_together_never_meet_the_limit_of_a_minute(processes: Processes) -> None:
    """Whatever the phase of Xero's window, and with five calls at once, the sandbox refuses nothing."""
    await processes.xero.control("PUT", "/limits", minute=10)
    one, two = await processes.open(Allowance(minute=10)), await processes.open(Allowance(minute=10))
    made = refusals = 0
    while made < 60:
        for limited in await asyncio.gather(*(call(one) for _ in range(2)), *(call(two) for _ in range(2))):
            made += limited is None
            refusals += limited is not None
        await processes.pass_time(timedelta(seconds=7))
    assert set(await processes.statuses()) == {200}
    assert refusals > 0


async def test_the_wait_is_until_a_place_is_free(processes: Processes) -> None:
    """Not before, and at that very moment."""
    organisation = await processes.open(Allowance(minute=3))
    assert await call(organisation) is None
    await processes.pass_time(timedelta(seconds=20))
    made, limited = await call_until_refused(organisation)
    assert (made, limited.problem) == (2, "minute")
    assert limited.retry_after is not None
    assert timedelta(seconds=41) < limited.retry_after <= timedelta(seconds=43)
    await processes.pass_time(limited.retry_after)
    assert (await call_until_refused(organisation))[0] == 1


async def test_a_place_that_is_free_within_a_second_is_waited_for(processes: Processes) -> None:
    """The caller notices nothing."""
    organisation = await processes.open(Allowance(minute=1))
    assert await call(organisation) is None
    await processes.pass_time(timedelta(seconds=61.5))
    assert await call(organisation) is None
    assert [0 < seconds <= 1 for seconds in processes.paused] == [True]


async def test_a_bulk_leaves_a_reserve_to_single_edits(processes: Processes) -> None:
    """Two of twelve; and it comes back for several places, not for each one."""
    bulk = await processes.open(Allowance(minute=12), bulk=True)
    single = await processes.open(Allowance(minute=12))
    made, limited = await call_until_refused(bulk)
    assert made == 10
    assert (await call_until_refused(single))[0] == 2
    assert limited.retry_after is not None
    await processes.pass_time(limited.retry_after + timedelta(seconds=1))
    assert (await call_until_refused(bulk))[0] >= 5
    assert set(await processes.statuses()) == {200}


async def test_the_day_is_held_as_the_minute_is(processes: Processes) -> None:
    """On Xero's Starter tier it has a thousand calls; here five."""
    await processes.xero.control("PUT", "/limits", day=5)
    organisation = await processes.open(Allowance(minute=60, day=5))
    made, refused = await call_until_refused(organisation)
    assert (made, refused.problem) == (5, "day")
    waited = timedelta()
    while limited := await call(organisation):
        assert limited.retry_after is not None
        await processes.pass_time(limited.retry_after)
        waited += limited.retry_after
    assert timedelta(days=1) <= waited < timedelta(days=1, minutes=1)
    assert 429 not in await processes.statuses()


async def test_the_app_has_a_minute_over_all_organisations(processes: Processes) -> None:
    """It is told apart from an organisation's own."""
    made, limited = await call_until_refused(await processes.open(Allowance(app_minute=3)))
    assert (made, limited.problem) == (3, "app minute")


async def test_xero_is_believed_when_less_is_left_than_we_think(processes: Processes) -> None:
    """Another program of the same app called too: its calls are seen in the headers of ours."""
    await processes.xero.control("PUT", "/limits", minute=10)
    stranger = await processes.open(Allowance(minute=10), redis_url=NO_REDIS)
    one, two = await processes.open(Allowance(minute=10)), await processes.open(Allowance(minute=10))
    for _ in range(6):
        assert await call(stranger) is None
    assert await call(one) is None
    made, limited = await call_until_refused(two)
    assert (made, limited.problem) == (3, "minute")
    assert set(await processes.statuses()) == {200}


async def test_a_refusal_of_xero_stops_every_process_until_its_retry_after(processes: Processes) -> None:
    """One is refused; the other does not ask."""
    one, two = await processes.open(Allowance()), await processes.open(Allowance())
    assert await call(two) is None
    await processes.xero.fault("rate_limited_day", retry_after=7200)
    assert await call(one) is not None
    limited = await call(two)
    assert limited is not None
    assert (limited.problem, limited.retry_after) == ("day", timedelta(seconds=7200))
    assert await processes.statuses() == [200, 429]


async def test_a_refusal_is_over_at_the_moment_that_xero_named(processes: Processes) -> None:
    """Then every process calls again."""
    one, two = await processes.open(Allowance()), await processes.open(Allowance())
    await processes.xero.fault("rate_limited_minute", retry_after=30)
    assert await call(one) is not None
    await processes.pass_time(timedelta(seconds=30))
    assert await call(two) is None


async def test_without_redis_calls_go_on_and_refusals_are_obeyed(processes: Processes) -> None:
    """A budget is a courtesy; Xero's 429 is the law."""
    organisation = await processes.open(Allowance(minute=1), redis_url=NO_REDIS)
    for _ in range(3):
        assert await call(organisation) is None
    await processes.xero.fault("rate_limited_minute", retry_after=30)
    limited = await call(organisation)
    assert limited is not None
    assert limited.retry_after == timedelta(seconds=30)


async def test_a_redis_that_lost_everything_starts_anew(processes: Processes, redis_url: str) -> None:
    """Its scripts are gone as well, and are brought again."""
    organisation = await processes.open(Allowance(minute=2))
    assert (await call_until_refused(organisation))[0] == 2
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()
        await redis.script_flush()
    assert (await call_until_refused(organisation))[0] == 2
