"""Copies to endpoints that listen: of everything they take, beside the endpoint that applies and never in its way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.db.delivery.copies import claim_copies
from app.db.delivery.notices import insert_notice
from app.db.partners.endpoints import NewEndpoint
from app.delivery.backoff import DELAYS
from app.delivery.copies import CLAIM, GIVEN_UP_AFTER
from app.delivery.pruning import Pruning
from app.domain.connections.connection import ConnectionState
from app.domain.partner.endpoint import Endpoint, Part
from tests.integration.delivery.odd_app import OddApp, serve_odd_app
from tests.integration.delivery.world import World

REFERENCE = ("reference", None, "PO 1178")


@pytest.fixture
async def ear() -> AsyncIterator[OddApp]:
    """Another app of the partner's, which listens."""
    async with serve_odd_app() as running:
        yield running


async def listen(world: World, ear: OddApp, **more: Any) -> Endpoint:
    """Have the other app listen."""
    async with world.database.writing() as session:
        return await world.add_endpoint(session, NewEndpoint(ear.webhook_url, part=Part.LISTENS, **more))


async def tell(world: World, kind: str = "connection.paused") -> None:
    """Write a notice, as whoever moves a connection does."""
    async with world.database.writing() as session:
        await insert_notice(session, world.connection_id, kind, {}, world.clock.now())


async def deliver(world: World) -> None:
    """Send what is due, as a new process."""
    await world.build_delivery().deliver(world.connection_id)


async def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    """What the database holds."""
    async with world.database.reading() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


STATES = "SELECT type, state, attempts FROM deliveries WHERE is_copy ORDER BY id"


async def test_a_listening_endpoint_gets_the_same_messages(
    odd_world: World, odd: OddApp, ear: OddApp
) -> None:
    """Changes and notices, under the ids and bodies that the applying one gets; what it answers settles nothing."""
    await listen(odd_world, ear)
    ear.say(200, {"version": 99, "replaced_version": 1})
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await tell(odd_world)
    assert await odd_world.build_delivery().nudge_due() == 1
    await deliver(odd_world)
    assert sorted(map(str, ear.received)) == sorted(map(str, odd.received))
    ids = [sorted(headers["webhook-id"] for headers in app.headers) for app in (odd, ear)]
    assert ids[0] == ids[1] == [f"chg_{(await odd_world.show_change('inv_1', 1)).id}", "ntc_1"]
    assert (await odd_world.show_link("inv_1")).acked_version == 0
    assert await rows(odd_world, STATES) == [
        ("invoice.changed", "delivered", 1), ("connection.paused", "delivered", 1)
    ]  # fmt: skip
    assert await odd_world.build_delivery().nudge_due() == 0


async def test_an_endpoint_gets_what_it_is_for(odd_world: World, ear: OddApp) -> None:
    """Its types and its connections, from when it was made, while it is enabled."""
    await odd_world.put_change("inv_9", 1, REFERENCE)
    await listen(odd_world, ear, types=("connection.paused",), connection_ids=(odd_world.connection_id,))
    await listen(odd_world, ear, connection_ids=(uuid4(),))
    await listen(odd_world, ear, is_enabled=False)
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await tell(odd_world, "connection.resumed")
    await tell(odd_world)
    await deliver(odd_world)
    assert [message["type"] for message in ear.received] == ["connection.paused"]


async def test_a_listener_that_fails_holds_nothing_up_and_is_given_up_after_three_days(
    odd_world: World, odd: OddApp, ear: OddApp
) -> None:
    """Later copies overtake it; it is tried by the same table, and its last attempt says that it is over."""
    await listen(odd_world, ear)
    ear.say(500)
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await deliver(odd_world)
    assert (await odd_world.show_change("inv_1", 1)).state == "applied"
    for attempts, delay in enumerate(DELAYS[:2], start=1):
        assert await rows(odd_world, STATES) == [("invoice.changed", "pending", attempts)]
        await deliver(odd_world)
        assert len(ear.received) == attempts
        odd_world.clock.advance(delay)
        await deliver(odd_world)
    ear.say(200)
    await odd_world.put_change("inv_2", 1, REFERENCE)
    await deliver(odd_world)
    assert [state for _, state, _ in await rows(odd_world, STATES)] == ["pending", "delivered"]
    ear.say(500)
    odd_world.clock.advance(GIVEN_UP_AFTER)
    await deliver(odd_world)
    assert (await rows(odd_world, STATES))[0] == ("invoice.changed", "given_up", 4)
    assert await odd_world.build_delivery().nudge_due() == 0


async def test_two_workers_send_a_copy_once_and_a_claim_runs_out(odd_world: World, ear: OddApp) -> None:
    """However many were woken; what a worker took that died is sent by another, under the same id."""
    endpoint = await listen(odd_world, ear)
    ear.gate.clear()
    for number in range(1, 7):
        await odd_world.put_change(f"inv_{number}", 1, REFERENCE)
    workers = [asyncio.create_task(deliver(odd_world)) for _ in range(3)]
    await ear.wait_for(4)
    ear.gate.set()
    await asyncio.gather(*workers)
    assert (len(ear.received), ear.most_in_flight) == (6, 4)
    await odd_world.put_change("inv_7", 1, REFERENCE)
    now = odd_world.clock.now()
    async with odd_world.database.writing() as session:
        [claim] = await claim_copies(
            session, odd_world.connection_id, endpoint.id, now=now, until=now + CLAIM, most_in_flight=4
        )
    await deliver(odd_world)
    assert len(ear.received) == 6
    odd_world.clock.advance(CLAIM + timedelta(milliseconds=1))
    await deliver(odd_world)
    assert ear.headers[-1]["webhook-id"] == claim.message_id


async def test_copies_of_changes_wait_while_the_connection_is_paused(odd_world: World, ear: OddApp) -> None:
    """Notices go; changes go when it is resumed."""
    await listen(odd_world, ear)
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await tell(odd_world)
    await odd_world.set_state(ConnectionState.PAUSED)
    await deliver(odd_world)
    assert [message["type"] for message in ear.received] == ["connection.paused"]
    await odd_world.set_state(ConnectionState.ACTIVE)
    await deliver(odd_world)
    assert [message["type"] for message in ear.received] == ["connection.paused", "invoice.changed"]


async def test_the_applying_endpoint_takes_its_types_alone(odd_world: World, odd: OddApp) -> None:
    """What it does not take waits in the feed and holds up nothing that comes after it."""
    async with odd_world.database.writing() as session:
        await session.execute(
            text("UPDATE webhook_endpoints SET types = '{contact.changed,connection.resumed}'")
        )
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await tell(odd_world)
    assert await odd_world.build_delivery().nudge_due() == 0
    await tell(odd_world, "connection.resumed")
    assert await odd_world.build_delivery().nudge_due() == 1
    await deliver(odd_world)
    assert [message["type"] for message in odd.received] == ["connection.resumed"]
    assert (await odd_world.show_change("inv_1", 1)).attempts == 0


@pytest.mark.proof
async def test_what_was_sent_is_kept_for_a_month(odd_world: World, odd: OddApp, ear: OddApp) -> None:
    """Fifty attempts of a message at most; what the applying endpoint has still to take is never forgotten."""
    await listen(odd_world, ear)
    odd.say(500)
    await odd_world.put_change("inv_1", 1, REFERENCE)
    for _ in range(52):
        await deliver(odd_world)
        odd_world.clock.advance(timedelta(hours=6))
        async with odd_world.database.writing() as session:
            # It is never given up, and a person enables its endpoint again and again.
            await session.execute(
                text("UPDATE webhook_endpoints SET is_enabled = true, failing_since = null")
            )
    counted = "SELECT d.is_copy, d.attempts, count(a.id) FROM deliveries d LEFT JOIN delivery_attempts a"
    counted += " ON a.delivery_id = d.id GROUP BY d.id ORDER BY d.id"
    assert sorted(await rows(odd_world, counted)) == [(False, 52, 50), (True, 1, 1)]
    odd_world.clock.advance(timedelta(days=18))
    assert await Pruning(odd_world.database, odd_world.clock).prune() > 0
    [(is_copy, _, left)] = await rows(odd_world, counted)
    assert (is_copy, 0 < left < 50) == (False, True)
    await odd_world.put_change("inv_1", 2, REFERENCE)
    [(state,)] = await rows(odd_world, "SELECT state FROM deliveries WHERE NOT is_copy")
    assert state == "superseded"
