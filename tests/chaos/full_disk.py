"""PostgreSQL's disk full under load, for its data and then for its log too, and free again.

First no table can grow: PostgreSQL lives, and refuses what needs room. Then its log finds no room either: it ends
itself, as it must, cannot recover, and is restarted by an operator once there is room. It has ended by then, or, as was
seen of PostgreSQL 18.4, it neither ends nor goes on with its recovery. All that while every answer is an honest 503 or
a promise that is kept, both APIs say that they are not ready, and no process of ours ends; afterwards everything is
caught up with by itself.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from random import Random

import asyncpg
import httpx

from app.demo.stage import HOST
from tests.chaos import in_the_app
from tests.chaos.clerk import Clerk
from tests.chaos.ground import Ground, open_ground
from tests.chaos.history import BEGINNING, settle
from tests.chaos.judging import Findings, find_restless, judge
from tests.chaos.servers import OwnServers, open_durable_servers
from tests.chaos.shops import open_shop
from tests.chaos.small_disk import SmallDisk, find_obstacle, open_small_disk
from tests.chaos.story import Story, live
from tests.chaos.tally import Outcome
from tests.chaos.torment import judge_promises, working
from tests.chaos.town import Town, open_town
from tests.loopback import build_client
from tests.scenarios.house import House
from tests.scenarios.troubles import restarted

SIZE = "256m"
LOG_SIZE = "64MB"
"""Of PostgreSQL's log at most, so that the disk holds what is needed beside it."""

PADDING = 20
"""Lines of two kilobytes in a document: each needs new pages."""

CALLS_WHILE_FULL = 60
MOST_SEGMENTS = 100
ANSWERS_AGAIN_WITHIN = timedelta(seconds=30)


async def run_full_disk(_: Ground, seed: int) -> Outcome:
    """The whole of it on a small disk; where there can be none that is told."""
    obstacle = await asyncio.to_thread(find_obstacle)
    if obstacle is not None:
        return Outcome(f"full disk {seed}", Findings(), told=f"left out: {obstacle}")
    with open_small_disk(SIZE) as disk, open_durable_servers(disk.folder) as servers:
        await _bound_log(servers)
        async with open_ground(servers.settings) as ground, ground.open_house() as house:
            findings = await _live(disk, servers, house, seed)
    return Outcome(f"full disk {seed}", findings, histories=1, faults=2)


async def _bound_log(servers: OwnServers) -> None:
    connection = await asyncpg.connect(servers.postgres.url)
    await connection.execute(f"ALTER SYSTEM SET max_wal_size = '{LOG_SIZE}'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


async def _live(disk: SmallDisk, servers: OwnServers, house: House, seed: int) -> Findings:
    story = Story(house, random=Random(seed), calls_before=await house.last_call())
    await live(story, BEGINNING, in_the_app.ACTS)
    shop = await open_shop(house, 2, conflict_policy="hold")
    findings = Findings()
    async with open_town(house) as town:
        clerk = Clerk(town, shop, Random(seed), padding=PADDING)
        await clerk.put_times(5)
        async with working(clerk):
            disk.fill()
            findings.diverged += await _watch(town, clerk, "its data")
            await _use_up_log(servers)
            findings.diverged += await _watch(town, clerk, "its log")
            disk.clear()
            servers.restart_postgres()
            await _wait_until_ready(town)
            clerk.padding = 0
            await clerk.put_times(10)
        findings.diverged += [f"{each} ended by itself" for each in town.list_ended()]
        findings.add(await judge_promises(house, clerk))
    async with restarted(house):
        await settle(story)
        findings.add(await judge(story))
        findings.diverged += await find_restless(house)
    return findings


async def _watch(town: Town, clerk: Clerk, what: str) -> list[str]:
    """The clerk calls on; both APIs must say that they are not ready, and some of his calls must be put off."""
    before = clerk.answers["put off"]
    await clerk.put_times(CALLS_WHILE_FULL)
    found = [] if clerk.answers["put off"] > before else [f"no call was put off with no room for {what}"]
    async with build_client() as http:
        for port in town.apis:
            answer = await _ask_ready(http, port)
            if answer.status_code != 503 or not any(
                e["field"] == "database" for e in answer.json()["errors"]
            ):
                found.append(f"with no room for {what} an API said {answer.status_code}: {answer.text}")
    return found


async def _ask_ready(http: httpx.AsyncClient, port: int) -> httpx.Response:
    return await http.get(f"http://{HOST}:{port}/readyz")


async def _use_up_log(servers: OwnServers) -> None:
    """Write PostgreSQL's log on until it finds no room for more, and ends itself."""
    with suppress(asyncpg.PostgresError, OSError):
        connection = await asyncpg.connect(servers.postgres.url)
        for _ in range(MOST_SEGMENTS):
            await connection.execute("SELECT pg_logical_emit_message(true, 'full', 'disk')")
            await connection.execute("SELECT pg_switch_wal()")
        raise AssertionError("PostgreSQL found room for its log")


async def _wait_until_ready(town: Town) -> None:
    async with build_client() as http, asyncio.timeout(ANSWERS_AGAIN_WITHIN.total_seconds()):
        for port in town.apis:
            while not (await _ask_ready(http, port)).is_success:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.1)
