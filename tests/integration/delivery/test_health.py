"""Endpoints that do not work: disabled with the reason, told to the partner, and enabled again with nothing lost."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.db.delivery.enabling import enable_endpoint
from app.db.delivery.notices import list_notices
from app.db.partners.endpoints import NewEndpoint, list_endpoints, save_endpoint
from app.domain.partner.endpoint import Endpoint, Part
from tests.integration.delivery.odd_app import OddApp, serve_odd_app
from tests.integration.delivery.world import World

REFERENCE = ("reference", None, "PO 1178")
MOST_TURNS = 60


async def endpoints(world: World) -> list[Endpoint]:
    """The partner's endpoints, oldest first."""
    async with world.database.reading() as session:
        return await list_endpoints(session, world.partner_id)


async def feed(world: World) -> list[dict[str, Any]]:
    """The notices of the connection, with their types."""
    async with world.database.reading() as session:
        found = await list_notices(session, world.connection_id, 0, 100)
    return [{"type": notice.type, **notice.body} for notice in found]


async def deliver(world: World) -> None:
    """Send what is due, as a new process."""
    await world.build_delivery().deliver(world.connection_id)


async def test_an_endpoint_that_failed_for_five_days_is_disabled_and_its_changes_wait(
    odd_world: World, odd: OddApp
) -> None:
    """FEATURES T1, T12: the partner is told in the feed and at its other endpoint; enabled again, everything goes."""
    async with serve_odd_app() as ear:
        async with odd_world.database.writing() as session:
            await odd_world.add_endpoint(session, NewEndpoint(ear.webhook_url, part=Part.LISTENS))
        odd.say(503, b"down")
        await odd_world.put_change("inv_1", 1, REFERENCE)
        began = odd_world.clock.now()
        for _ in range(MOST_TURNS):
            await deliver(odd_world)
            if not (await endpoints(odd_world))[0].is_enabled:
                break
            odd_world.clock.advance(timedelta(hours=6))
        lost, _ = await endpoints(odd_world)
        assert odd_world.clock.now() - began >= timedelta(days=5)
        assert len(odd.received) == lost.failures >= 20
        assert lost.disabled_reason is not None
        assert f"{lost.failures} of them" in lost.disabled_reason
        [told] = await feed(odd_world)
        assert (told["type"], told["endpoint_id"]) == ("endpoint.disabled", str(lost.id))
        assert told["next_step"]["call"] == f"POST /v1/webhook-endpoints/{lost.id}/enable"
        await deliver(odd_world)
        assert [message["type"] for message in ear.received] == ["invoice.changed", "endpoint.disabled"]
        odd_world.clock.advance(timedelta(days=9))
        assert await odd_world.build_delivery().nudge_due() == 0
        odd.say(200, {})
        async with odd_world.database.writing() as session:
            woken = await enable_endpoint(session, lost, odd_world.clock.now())
        assert woken == [odd_world.connection_id]
        await deliver(odd_world)
        assert (await odd_world.show_change("inv_1", 1)).state == "applied"
        assert (await endpoints(odd_world))[0].failures == 0
        # It hears nothing of its own end.
        assert {message["type"] for message in odd.received} == {"invoice.changed"}


async def test_one_answer_that_is_taken_ends_the_count(odd_world: World, odd: OddApp) -> None:
    """Failures count in a row; a refusal is an answer of an app that works; a quiet day begins the count anew."""
    odd.say(500)
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await deliver(odd_world)
    odd_world.clock.advance(timedelta(hours=1))
    await deliver(odd_world)
    first = odd_world.clock.now() - timedelta(hours=1)
    assert [(each.failures, each.failing_since) for each in await endpoints(odd_world)] == [(2, first)]
    odd_world.clock.advance(timedelta(days=4))
    await deliver(odd_world)
    assert [(each.failures, each.failing_since) for each in await endpoints(odd_world)] == [
        (1, odd_world.clock.now())
    ]
    odd.say(409, {"document": {"id": "inv_1", "version": 1}})
    odd_world.clock.advance(timedelta(hours=6))
    await deliver(odd_world)
    assert [(each.failures, each.failing_since) for each in await endpoints(odd_world)] == [(0, None)]


async def test_an_endpoint_that_says_that_it_is_gone_is_disabled_at_once(
    odd_world: World, odd: OddApp
) -> None:
    """410 is no failure to try again."""
    odd.say(410)
    for number in range(1, 4):
        await odd_world.put_change(f"inv_{number}", 1, REFERENCE)
    await deliver(odd_world)
    [endpoint] = await endpoints(odd_world)
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "It answered 410 Gone.")
    assert [told["type"] for told in await feed(odd_world)] == ["endpoint.disabled"]
    async with odd_world.database.reading() as session:
        waiting = await session.execute(text("SELECT count(*) FROM changes WHERE state = 'pending'"))
    assert waiting.scalar_one() == 3


async def test_what_an_address_answers_that_was_replaced_meanwhile_ends_nothing(
    odd_world: World, odd: OddApp
) -> None:
    """The app moved: its old address says 410 to a call that was under way, and the new one takes everything."""
    odd.say(410)
    odd.gate.clear()
    await odd_world.put_change("inv_1", 1, REFERENCE)
    sending = asyncio.create_task(deliver(odd_world))
    await odd.wait_for(1)
    async with serve_odd_app() as moved:
        [endpoint] = await endpoints(odd_world)
        async with odd_world.database.writing() as session:
            await save_endpoint(session, endpoint.id, url=moved.webhook_url)
            await enable_endpoint(session, endpoint, odd_world.clock.now())
        odd.gate.set()
        await sending
        assert [each.is_enabled for each in await endpoints(odd_world)] == [True]
        odd_world.clock.advance(timedelta(minutes=1))
        await deliver(odd_world)
        assert moved.list_revisions() == [("inv_1", 1)]
    assert await feed(odd_world) == []
