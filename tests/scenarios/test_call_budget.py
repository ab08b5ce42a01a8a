"""Far more work than Xero's limits let through at once: the budget keeps within them, so that Xero refuses nothing;
people go before it; and what all the calls came to is shown."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from app.settings import Settings
from app.wiring import WorkerParts
from tests.scenarios.house import House, Json
from tests.scenarios.opening import open_parts
from tests.scenarios.troubles import (
    ask,
    assert_in_step,
    connection,
    flush,
    numbers_in_xero,
    reconcile,
    standing,
)

INVOICES = 220
MINUTE_LIMIT = 5
MOST_MINUTES = 30


async def work_off(house: House, workers: tuple[WorkerParts, ...]) -> set[str | None]:
    """Minute by minute, all workers at once, until nothing is behind; answers why the work waited meanwhile."""
    waits: set[str | None] = set()
    for _ in range(MOST_MINUTES):
        await flush(house)
        await asyncio.gather(*(worker.reconciler.reconcile(UUID(house.connection_id)) for worker in workers))
        await asyncio.gather(*(worker.delivery.deliver(UUID(house.connection_id)) for worker in workers))
        waits.add((await connection(house))["retry_reason"])
        # Xero's clock also runs by itself, so that ours is never ahead of it.
        await ask(house.xero.post("/clock", json={"advance_seconds": 60}))
        house.clock.advance(timedelta(minutes=1))
        if await house._is_quiet() and not (await connection(house))["is_behind"]:
            return waits
    raise AssertionError(f"still behind, because of {waits}")


@pytest.mark.proof
async def test_a_backlog_over_two_workers_meets_no_limit(house: House) -> None:
    """Five calls a minute for 220 invoices written, then changed on both sides: no 429, and everything arrives."""
    seen = await house.last_call()
    opened = await ask(
        house.app.post("/invoices/bulk", json={"count": INVOICES, "customers": 4, "prefix": "bulk"})
    )
    assert opened["outcomes"] == {"accepted": INVOICES}
    # What was called without limits, to join the two, lies in another minute.
    await ask(house.xero.post("/clock", json={"advance_seconds": 61}))
    house.clock.advance(timedelta(seconds=61))
    await ask(house.xero.put("/limits", json={"minute": MINUTE_LIMIT, "day": 5000}))
    settings = house.settings.model_copy(update={"xero_minute_limit": MINUTE_LIMIT})
    numbers = [f"BULK-{n:05}" for n in range(1, INVOICES + 1)]
    async with open_parts(settings, house.clock) as one, open_parts(settings, house.clock) as two:
        await work_off(house, (one, two))
        assert await numbers_in_xero(house) == numbers
        await asyncio.gather(*(house.edit_xero(number, DueDate="2077-01-31") for number in numbers))
        await asyncio.gather(*(house.edit(f"bulk_{n}", reference="PO 2") for n in range(1, INVOICES + 1)))
        waits = await work_off(house, (two, one))
    made = [call for call in await house.calls(seen) if call["path"].startswith("/api.xro")]
    assert 429 not in {call["status"] for call in made}
    assert len(made) > 2 * MINUTE_LIMIT
    assert any(reason and reason.startswith("rate_limited: ") for reason in waits)
    assert {invoice["Reference"] for invoice in await house.list_in_xero()} == {"PO 2"}
    assert {document["due_on"] for document in await house.list_in_app()} == {"2077-01-31"}


RESERVE = 8
FOR_THE_EXPORT = 2
"""Calls that the export has left: enough for its customers and its first batch."""


async def leave_few_calls(house: House) -> Settings:
    """Settings by which so many calls were made in this minute that a bulk has `FOR_THE_EXPORT` left."""
    turn = 0
    while await count_places(house) < 6 * RESERVE - RESERVE - FOR_THE_EXPORT:
        await house.edit(reference=f"turn {(turn := turn + 1)}")
        await house.drain()
    made = await count_places(house) + FOR_THE_EXPORT
    limit = next(limit for limit in range(made, 100) if limit - limit // 6 >= made)
    return house.settings.model_copy(update={"xero_minute_limit": limit})


async def count_places(house: House) -> int:
    """The calls of this minute until now, by the workers' clock: the API's goes on, and its calls lie ahead of it."""
    key = f"plumbline:xero:{house.settings.xero_client_id}:calls:{house.tenant_id}"
    async with Redis.from_url(house.settings.redis_url) as redis:
        return int(await redis.zcount(key, 0, house.clock.now().timestamp() * 1000))


@pytest.mark.proof
async def test_a_persons_edit_goes_before_an_export(house: House) -> None:
    """The export has used up its part of the minute and waits; an edit on either side goes through at once."""
    await house.write()
    await house.drain()
    settings = await leave_few_calls(house)
    await ask(house.app.post("/invoices/bulk", json={"count": 120, "customers": 2, "prefix": "bulk"}))
    async with house.database._sessions.begin() as session:
        # Everybody who wrote them has gone home.
        aged = "UPDATE invoice_links SET touched_at = touched_at - interval '10 minutes'"
        await session.execute(text(aged))
    async with open_parts(settings, house.clock) as house.parts:
        await house.drain()
        assert len(await house.list_in_xero()) == 51
        waiting = await house.resource("bulk_120")
        assert (waiting["state"], waiting["reason"]["code"]) == ("behind", "rate_limited")
        until = (await connection(house))["retry_at"]
        assert waiting["reason"]["until"] == until
        assert datetime.fromisoformat(until) > house.clock.now()
        await house.edit(reference="A person's")
        await house.drain()
        await assert_in_step(house)
        assert (await house.in_xero())["Reference"] == "A person's"
        await house.edit_xero(DueDate="2077-03-04")
        await house.drain()
        await reconcile(house)  # takes the app's answer in, for which it is nudged
        await assert_in_step(house)
        assert (await house.in_app())["due_on"] == "2077-03-04"
        assert await standing(house, "bulk_120") == ("behind", "rate_limited")
        assert len(await house.list_in_xero()) == 51
        await work_off(house, (house.parts,))
    assert len(set(await numbers_in_xero(house))) == len(await house.list_in_xero()) == 121
    assert 429 not in {call["status"] for call in await house.calls()}


async def test_usage_is_what_xero_counted(house: House) -> None:
    """Calls and bytes by entity and method, to the byte; with what is left by Xero's own word, and the price."""
    await house.write()
    await house.drain()
    await house.edit_xero(DueDate="2077-03-04")
    await house.fault("unavailable_before", "*", "/Invoices")
    await house.sweep()
    # Usage is by day, and by month: a longer wait would often end in another one.
    await house.wait(timedelta(seconds=5))
    counted: Counter[tuple[str, str]] = Counter()
    received: Counter[str] = Counter()
    sent = 0
    for call in await house.calls():
        if call["path"].startswith("/api.xro"):
            entity = call["path"].split("/")[3]
            counted[entity, call["method"]] += 1
            received[entity] += call["bytes_out"]
            sent += call["bytes_in"]
    shown = await ask(house.api.get(f"{house.path}/usage"))
    assert methods_of(shown["data"]) == counted
    assert shown["total"] == {
        "calls": counted.total(),
        "bytes_sent": sent,
        "bytes_received": received.total(),
    }
    limits = (await ask(house.xero.put("/limits", json={})))["day"]
    assert shown["left"]["day"] == {
        "allowance": house.settings.xero_day_limit,
        # Xero did not count the one that it was not there for.
        "left": limits - counted.total() + 1,
        "said_by": "xero",
    }
    assert shown["price"]["egress_bytes"] == received.total() - received["Organisation"]
    whole = await ask(house.api.get("/v1/usage"))
    assert (whole["total"], whole["connections"]["used"]) == (shown["total"], 1)


def methods_of(days: list[Json]) -> Counter[tuple[str, str]]:
    """Calls by entity and method."""
    counted: Counter[tuple[str, str]] = Counter()
    for each in days:
        for method, calls in each["methods"].items():
            counted[each["entity"], method] += calls
    return counted
