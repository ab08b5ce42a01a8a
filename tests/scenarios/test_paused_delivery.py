"""Nothing that waits for the app goes to it after a pause, or after its way is closed, has been answered (C10, E5).

What was claimed for delivery by then is given back, but for the calls that are under way, and those the answer names.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest

from app.delivery.changes import AT_ONCE
from app.delivery.copies import MOST_IN_FLIGHT
from tests.integration.delivery.odd_app import serve_odd_app
from tests.loopback import build_client
from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.opening import serve
from tests.scenarios.troubles import app_fault, ask, flush, in_the_middle, reconcile, rows, until

ENDPOINTS = "/v1/webhook-endpoints"
MANY = 20
"""More changes than are sent at a time."""


async def received(house: House, outcome: str) -> list[Json]:
    """What came to the app and ended so, or is held there."""
    log = (await ask(house.app.get("/log")))["received"]
    return [each for each in log if each["outcome"] == outcome]


@asynccontextmanager
async def in_the_middle_of_delivery(house: House) -> AsyncIterator[asyncio.Task[None]]:
    """Many changes were claimed, and the app holds as many calls as there are at a time until the block ends."""
    for number in range(MANY):
        await house.write(f"many_{number}")
    await house.drain()
    for number in range(MANY):
        await house.edit_xero(f"N-many_{number}", Reference="PO xero")
    await flush(house)
    await reconcile(house)
    await app_fault(house, hold_incoming=True)
    # A moment for each look, so that the story does not depend on how fast the machine is.
    house.parts.delivery._changes.looked_at_every = timedelta(0)
    sending = asyncio.create_task(house.parts.delivery.deliver(UUID(house.connection_id)))

    async def is_held() -> bool:
        return len(await received(house, "held")) == AT_ONCE

    try:
        await until(is_held)
        yield sending
    finally:
        await app_fault(house, hold_incoming=False)
    await sending


async def test_c10_a_pause_stops_the_changes_that_were_claimed(house: House) -> None:
    """Those under way arrive, and the answer says how many they may be; all others come after the pause."""
    async with in_the_middle_of_delivery(house):
        paused = await ask(house.api.post(f"{house.path}/pause"))
    assert paused["under_way"] == {"changes": MANY, "copies": 0, "xero": False}
    assert len(await received(house, "applied")) == AT_ONCE
    await house.drain()
    assert len(await received(house, "applied")) == AT_ONCE
    again = await ask(house.api.post(f"{house.path}/pause"))
    assert again["under_way"] == {"changes": 0, "copies": 0, "xero": False}
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert len(await received(house, "applied")) == MANY
    await assert_alike(house, "many_19", "N-many_19")


async def test_c10_a_pause_is_answered_when_nothing_is_under_way_any_more(house: House) -> None:
    """An API with patience waits for the calls under way, so that nothing reaches the app after its answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        patient = house.settings.model_copy(update={"answer_wait_seconds": 60})
        async with (
            serve(patient, listener),
            build_client(address, house.api.headers["authorization"]) as api,
        ):
            async with in_the_middle_of_delivery(house):
                pausing = asyncio.create_task(api.post(f"{house.path}/pause"))
                await until(lambda: is_paused(house))
            paused = await ask(pausing)
    assert paused["under_way"] == {"changes": 0, "copies": 0, "xero": False}
    assert len(await received(house, "applied")) == AT_ONCE


async def is_paused(house: House) -> bool:
    """Whether the pause is on disk."""
    [row] = await rows(house, "SELECT state FROM connections")
    return bool(row["state"] == "paused")


@pytest.mark.proof
async def test_e5_a_way_to_the_app_that_is_closed_stops_the_changes_that_were_claimed(house: House) -> None:
    """Those under way arrive; the app keeps its own of all others until the way opens again."""
    async with in_the_middle_of_delivery(house):
        await house.choose(directions={"invoices": "to_xero"})
    assert len(await received(house, "applied")) == AT_ONCE
    await house.drain()
    assert len(await received(house, "applied")) == AT_ONCE
    await house.choose(directions={"invoices": None})
    await house.drain()
    assert len(await received(house, "applied")) == MANY
    await assert_alike(house, "many_19", "N-many_19")


@pytest.mark.proof
async def test_other_settings_stop_nothing_that_still_may_go(house: House) -> None:
    """What was claimed is claimed again, and all of it goes at once."""
    async with in_the_middle_of_delivery(house):
        await house.choose(conflict_policy="newest_wins")
    assert len(await received(house, "applied")) == MANY


async def test_a_pause_during_a_call_to_xero_says_so(house: House) -> None:
    """What that call writes is kept; the next pause finds nothing under way."""
    await house.write()
    async with in_the_middle(house, "PUT", "/Invoices"):
        paused = await ask(house.api.post(f"{house.path}/pause"))
        assert paused["under_way"] == {"changes": 0, "copies": 0, "xero": True}
    again = await ask(house.api.post(f"{house.path}/pause"))
    assert again["under_way"] == {"changes": 0, "copies": 0, "xero": False}


async def get_endpoint(house: House) -> str:
    """The address of the endpoint that applies."""
    [endpoint] = (await ask(house.api.get(ENDPOINTS)))["data"]
    return f"{ENDPOINTS}/{endpoint['id']}"


@pytest.mark.proof
@pytest.mark.parametrize("gone", ["deleted", "elsewhere"])
async def test_an_endpoint_that_is_gone_gets_no_more_than_what_is_under_way(house: House, gone: str) -> None:
    """Deleted, or given another address, in the middle of many changes."""
    address = await get_endpoint(house)
    calls = {
        "deleted": lambda: house.api.delete(address),
        "elsewhere": lambda: house.api.patch(address, json={"url": "http://localhost:1/hook"}),
    }
    async with in_the_middle_of_delivery(house):
        await ask(calls[gone]())
    assert len(await received(house, "applied")) == AT_ONCE
    await house.parts.delivery.deliver(UUID(house.connection_id))
    assert len(await received(house, "applied")) == AT_ONCE


async def test_a_listening_endpoint_that_is_deleted_gets_no_more_than_what_is_under_way(house: House) -> None:
    """As the one that applies."""
    async with serve_odd_app() as ear:
        ear.gate.clear()
        made = await ask(house.api.post(ENDPOINTS, json={"url": ear.webhook_url, "part": "listens"}))
        for _ in range(MOST_IN_FLIGHT):
            for act in ("pause", "resume"):
                await ask(house.api.post(f"{house.path}/{act}"))
        house.clock.advance(timedelta(minutes=1))
        sending = asyncio.create_task(house.parts.delivery.deliver(UUID(house.connection_id)))
        await ear.wait_for(MOST_IN_FLIGHT)
        await ask(house.api.delete(f"{ENDPOINTS}/{made['id']}"))
        ear.gate.set()
        await sending
        assert len(ear.received) == MOST_IN_FLIGHT
