"""Notices on their way to a partner's app: in order, until each was taken, whatever became of the connection."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from arq.connections import ArqRedis
from sqlalchemy import text

from app.db.delivery.notices import claim_next_notice, insert_notice, list_notices
from app.db.partners.endpoints import list_endpoints, save_endpoint
from app.delivery.backoff import DELAYS
from app.delivery.notices import CLAIM
from app.domain.connections.connection import ConnectionState
from app.waker import QUEUE
from tests.integration.delivery.odd_app import OddApp
from tests.integration.delivery.world import World


async def tell(world: World, kind: str, **body: Any) -> None:
    """Write a notice, as whoever moves a connection does."""
    async with world.database.writing() as session:
        await insert_notice(
            session, world.connection_id, f"connection.{kind}", {"state": kind, **body}, world.clock.now()
        )


async def deliver(world: World) -> None:
    """Send what is due, as a new process."""
    await world.build_delivery().deliver(world.connection_id)


async def taken(app: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What the app took."""
    return list((await app.get("/notices")).json()["data"])


async def kinds(app: httpx.AsyncClient) -> list[str]:
    """The types that the app took, in order."""
    return [notice["type"] for notice in await taken(app)]


def types_at(odd: OddApp) -> list[str]:
    """The types that came to the odd app, in order."""
    return [message["type"] for message in odd.received]


async def test_notices_go_out_in_order_and_each_once(world: World, app: httpx.AsyncClient) -> None:
    """Signed, with their cursor, their connection and when it happened; a second delivery sends nothing."""
    await tell(world, "disconnected", reason="The organisation no longer lets this app in.")
    await tell(world, "connected")
    await deliver(world)
    await deliver(world)
    first, second = await taken(app)
    assert (first["type"], second["type"]) == ("connection.disconnected", "connection.connected")
    assert first["connection_id"] == str(world.connection_id)
    assert first["reason"] == "The organisation no longer lets this app in."
    assert first["at"]
    assert (first["webhook_id"], first["cursor"] < second["cursor"]) == (f"ntc_{first['cursor']}", True)


@pytest.mark.parametrize("state", list(ConnectionState))
async def test_a_notice_goes_out_whatever_state_the_connection_is_in(
    world: World, app: httpx.AsyncClient, state: ConnectionState
) -> None:
    """That a connection was removed would else never be told; the timer finds it too."""
    await tell(world, "removed")
    await world.set_state(state)
    assert await world.build_delivery().nudge_due() == 1
    await deliver(world)
    assert await kinds(app) == ["connection.removed"]
    assert await world.build_delivery().nudge_due() == 0


async def test_one_that_is_not_taken_is_tried_again_and_those_after_it_wait(
    world: World, app: httpx.AsyncClient
) -> None:
    """Never given up, under the same id, later and later; a newer state does not overtake an older one."""
    await app.put("/faults", json={"refuse_notices_next": 2})
    await tell(world, "paused")
    await tell(world, "resumed")
    for delay in DELAYS[:2]:
        await deliver(world)
        assert await kinds(app) == []
        await tell(world, "paused")
        await deliver(world)
        assert await kinds(app) == []
        assert await world.build_delivery().nudge_due() == 0
        world.clock.advance(delay)
        assert await world.build_delivery().nudge_due() == 1
    await deliver(world)
    assert await kinds(app) == [f"connection.{kind}" for kind in ("paused", "resumed", "paused", "paused")]


async def test_two_workers_send_a_notice_once(odd_world: World, odd: OddApp) -> None:
    """While one is on its way, nothing else of that connection is."""
    odd.gate.clear()
    await tell(odd_world, "paused")
    await tell(odd_world, "resumed")
    workers = [asyncio.create_task(deliver(odd_world)) for _ in range(3)]
    await odd.wait_for(1)
    await asyncio.wait(workers, timeout=0.05)
    odd.gate.set()
    await asyncio.gather(*workers)
    assert types_at(odd) == ["connection.paused", "connection.resumed"]
    assert odd.most_in_flight == 1


async def test_a_claim_of_a_worker_that_died_runs_out(odd_world: World, odd: OddApp) -> None:
    """Cut between claim and call, or between call and record: it is sent again, under the same id."""
    await tell(odd_world, "paused")
    now = odd_world.clock.now()
    async with odd_world.database.writing() as session:
        [endpoint] = await list_endpoints(session, odd_world.partner_id)
        assert await claim_next_notice(session, odd_world.connection_id, endpoint, now=now, until=now + CLAIM)
    await deliver(odd_world)
    assert odd.received == []
    odd_world.clock.advance(CLAIM)
    await deliver(odd_world)
    assert types_at(odd) == ["connection.paused"]


@pytest.mark.parametrize(
    "change",
    [
        {"is_enabled": False, "deleted_at": datetime(2026, 11, 20, tzinfo=UTC)},
        {"is_enabled": False},
        {"url": "https://elsewhere.example/hook"},
        {"part": "listens"},
        {"connection_ids": []},
    ],
)
async def test_no_notice_goes_to_an_endpoint_that_is_there_no_more(
    odd_world: World, odd: OddApp, change: dict[str, Any]
) -> None:
    """Deleted, disabled or made another while the one before was on its way; what it did not get waits in the feed."""
    odd.gate.clear()
    await tell(odd_world, "paused")
    await tell(odd_world, "resumed")
    sending = asyncio.create_task(deliver(odd_world))
    await odd.wait_for(1)
    async with odd_world.database.writing() as session:
        [endpoint] = await list_endpoints(session, odd_world.partner_id)
        await save_endpoint(session, endpoint.id, **change)
    odd.gate.set()
    await sending
    assert types_at(odd) == ["connection.paused"]
    async with odd_world.database.reading() as session:
        feed = await list_notices(session, odd_world.connection_id, 0, 10)
    assert [(notice.state, notice.attempts) for notice in feed] == [("delivered", 1), ("pending", 0)]


async def test_a_hanging_app_does_not_keep_changes_waiting_for_notices(odd_world: World, odd: OddApp) -> None:
    """The two go side by side."""
    odd.gate.clear()
    await tell(odd_world, "paused")
    await odd_world.put_change("inv_1", 1, ("reference", None, "PO 1178"))
    sending = asyncio.create_task(deliver(odd_world))
    await odd.wait_for(2)
    odd.gate.set()
    await sending
    assert sorted(types_at(odd)) == ["connection.paused", "invoice.changed"]


@pytest.mark.parametrize("status", [301, 400, 409, 500])
async def test_only_a_2xx_takes_a_notice(odd_world: World, odd: OddApp, status: int) -> None:
    """Whatever else is answered, also a 409, means nothing but: again."""
    odd.say(status, {"document": {"id": "inv_1"}})
    await tell(odd_world, "paused")
    await deliver(odd_world)
    odd.say(204)
    odd_world.clock.advance(DELAYS[0])
    await deliver(odd_world)
    assert types_at(odd) == ["connection.paused"] * 2
    assert len({headers["webhook-id"] for headers in odd.headers}) == 1


async def test_without_a_webhook_address_notices_wait_in_the_feed(world: World, queue: ArqRedis) -> None:
    """Nobody is woken for them."""
    async with world.database.writing() as session:
        await session.execute(text("UPDATE webhook_endpoints SET is_enabled = false"))
    await tell(world, "paused")
    await queue.delete(QUEUE)
    assert await world.build_delivery().nudge_due() == 0
    await deliver(world)
    async with world.database.reading() as session:
        feed = await list_notices(session, world.connection_id, 0, 10)
    assert [(notice.type, notice.state) for notice in feed] == [("connection.paused", "pending")]


async def test_cursors_are_committed_in_order(world: World) -> None:
    """Whoever writes a notice holds the connection's row: a reader of the feed never sees a later one first."""
    async with world.database.writing() as session:
        await insert_notice(session, world.connection_id, "connection.paused", {}, world.clock.now())
        second = asyncio.create_task(tell(world, "resumed"))
        done, _ = await asyncio.wait([second], timeout=0.2)
        assert not done
    await second
    async with world.database.reading() as session:
        feed = await list_notices(session, world.connection_id, 0, 10)
    assert [notice.type for notice in feed] == ["connection.paused", "connection.resumed"]
