"""Servers and processes restarted and killed in a drawn order, while people and a clerk go on.

PostgreSQL is restarted, and killed; Redis is flushed, and killed; workers and APIs are killed. Whatever was answered
2xx must stand afterwards, every other answer must have been honest, and what holds after every story must hold.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app.reconcile.lease import LEASE_SPAN
from tests.chaos import in_the_app, in_xero
from tests.chaos.clerk import Clerk
from tests.chaos.ground import Ground, open_ground
from tests.chaos.history import BEGINNING, settle
from tests.chaos.judging import Findings, find_restless, judge
from tests.chaos.outages import find_late_changes, find_unlisted_changes
from tests.chaos.promises import find_broken, find_lost_documents_of_the_app, find_lost_webhooks
from tests.chaos.servers import OwnServers, open_durable_servers
from tests.chaos.shops import Shop, open_shop
from tests.chaos.story import Act, Story, live
from tests.chaos.tally import Outcome
from tests.chaos.town import Town, open_town
from tests.chaos.weather import let_go
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, restarted, rows

EDITS: tuple[Act, ...] = (
    in_the_app.edit, in_the_app.edit, in_xero.edit, in_xero.edit, in_the_app.pay, in_the_app.edit_contact, let_go,
)  # fmt: skip
EDITS_EACH = 4
"""While each thing happens, and again after it."""

RECOVERS_WITHIN = timedelta(seconds=30)
"""PostgreSQL is back when this begins."""

CATCHES_UP_WITHIN = LEASE_SPAN + timedelta(seconds=90)
"""A lease of a dead worker, the looks for what is behind, and a busy machine."""

Trouble = Callable[[], None]
Found = TypeVar("Found")


def list_troubles(servers: OwnServers, town: Town, random: Random) -> list[tuple[str, Trouble]]:
    """Everything that is done to servers and processes, some of it twice, in the order of a seed."""
    troubles: list[tuple[str, Trouble]] = [
        ("PostgreSQL restarted", servers.restart_postgres),
        ("PostgreSQL killed", servers.kill_postgres),
        ("PostgreSQL killed", servers.kill_postgres),
        ("Redis flushed", servers.flush_redis),
        ("Redis killed", servers.kill_redis),
        *[("a worker killed", lambda: town.kill_worker(random))] * 3,
        *[("an API killed", lambda: town.kill_api(random))] * 2,
    ]
    random.shuffle(troubles)
    return troubles


async def run_torment(_: Ground, seed: int, most: int | None = None) -> Outcome:
    """All of it once, or so many of the troubles, on servers of its own."""
    random = Random(seed)
    with open_durable_servers() as servers:
        async with open_ground(servers.settings) as ground, ground.open_house() as house:
            story = Story(house, random=random, calls_before=await house.last_call())
            await live(story, BEGINNING, in_the_app.ACTS)
            story.random, shop = random, await open_shop(house, 2, conflict_policy="hold")
            async with open_town(house) as town:
                clerk = Clerk(town, shop, Random(seed))
                troubles = list_troubles(servers, town, random)[:most]
                async with working(clerk):
                    for _name, trouble in troubles:
                        await _suffer(story, town, trouble)
                findings = await judge_promises(house, clerk)
            await recover(house)
            findings.add(await _judge_story(story))
    return Outcome(f"torment {seed}", findings, histories=1, faults=len(troubles))


@asynccontextmanager
async def working(clerk: Clerk) -> AsyncIterator[None]:
    """The clerk calls while the block runs; what stops him before its end is raised."""
    work = asyncio.create_task(clerk.work())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait([work])
    if not work.cancelled():
        work.result()


async def _suffer(story: Story, town: Town, trouble: Trouble) -> None:
    """People edit while it happens, by whichever API, and go on when it is over."""
    await town.lead_to(story.random.choice(list(town.apis)))
    await asyncio.gather(asyncio.to_thread(trouble), _edit(story))
    await town.wait_for_apis()
    await _edit(story)


async def _edit(story: Story) -> None:
    for _ in range(EDITS_EACH):
        await story.random.choice(EDITS)(story)


async def judge_promises(house: House, clerk: Clerk) -> Findings:
    """Once the processes have caught up by themselves: what was promised stands, and nothing was answered falsely."""
    await recover(house)
    await ask(house.xero.post("/webhooks/flush"))
    behind = await wait_until_caught_up(house, clerk.shop)
    lost = [
        *await find_broken(house, clerk.shop, clerk.promises),
        *await find_lost_webhooks(house),
        *await find_lost_documents_of_the_app(house),
    ]
    unsaid = await wait_until_all_is_said(house)
    idle = [] if clerk.answers["given"] else ["the clerk was promised nothing"]
    # What comes after is about the house's own connection alone.
    await ask(house.api.post(f"{clerk.shop.path}/pause"))
    return Findings(lost=lost, diverged=[*behind, *unsaid, *clerk.dishonest, *idle])


async def recover(house: House) -> None:
    """Return once the house's own API and database answer: what they kept open was cut."""
    async with asyncio.timeout(RECOVERS_WITHIN.total_seconds()):
        while not await _answers(house):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


async def _answers(house: House) -> bool:
    try:
        await rows(house, "SELECT 1")
    except (SQLAlchemyError, OSError):
        return False
    return (await house.api.get(house.path)).is_success


async def wait_until_caught_up(house: House, shop: Shop) -> list[str]:
    """Until nothing of the shop is behind, by the workers alone; what is, when that took too long."""
    behind = (
        "SELECT partner_invoice_id, state, reason_code FROM invoice_links WHERE connection_id = :shop"
        " AND (state = 'behind' OR generation > settled_generation) AND reason_code IS DISTINCT FROM 'awaiting_partner'"
    )
    await _wait_until_none(lambda: rows(house, "SELECT id FROM xero_webhooks"))
    left = await _wait_until_none(lambda: rows(house, behind, shop=shop.connection_id))
    return [f"behind after {CATCHES_UP_WITHIN}: {row}" for row in left]


async def wait_until_all_is_said(house: House) -> Sequence[str]:
    """Until no change is missing: one that is answered just now is looked at in a moment; what is, after too long."""
    return await _wait_until_none(lambda: find_unlisted_changes(house))


async def _wait_until_none(find: Callable[[], Awaitable[Sequence[Found]]]) -> Sequence[Found]:
    """Nothing, once nothing is found any more; what still is, when that took too long."""
    try:
        async with asyncio.timeout(CATCHES_UP_WITHIN.total_seconds()):
            while await find():  # noqa: ASYNC110 - other processes do it
                await asyncio.sleep(0.2)
    except TimeoutError:
        return await find()
    return []


async def _judge_story(story: Story) -> Findings:
    """The house's own connection, by the rules of every story."""
    async with restarted(story.house):
        await settle(story)
        findings = await judge(story)
        findings.diverged += [*await find_restless(story.house), *await find_late_changes(story.house)]
    return findings
