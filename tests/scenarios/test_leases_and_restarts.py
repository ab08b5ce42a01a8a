"""Workers that meet, hang, die or are overtaken by news: one works at a time, and what lands meanwhile is seen."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from app.db import connections
from app.reconcile.lease import LEASE_SPAN
from tests.scenarios.house import House
from tests.scenarios.troubles import (
    ask,
    assert_in_step,
    later,
    numbers_in_xero,
    open_parts,
    reconcile,
    restarted,
    rows,
    standing,
    until,
    writes_since,
)


async def slow_xero(house: House, milliseconds: int) -> None:
    """Xero takes its time over every call."""
    await ask(house.xero.put("/latency", json={"milliseconds": milliseconds}))


async def called(house: House, since: int) -> None:
    """Return when Xero has answered another call than those until `since`."""

    async def has_more() -> bool:
        return await house.last_call() > since

    await until(has_more)


async def test_a_document_that_lands_in_the_middle_of_a_reconcile_is_seen(house: House) -> None:
    """The second version comes while the first is on its way to Xero: the same reconcile brings both there."""
    await house.write()
    await house.drain()
    await slow_xero(house, 200)
    seen = await house.last_call()
    await house.edit(reference="PO 2")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reconcile(house))
        await called(house, seen)
        assert await writes_since(house, seen) == []
        await house.edit(reference="PO 3", due_on="2027-03-03")
    await slow_xero(house, 0)
    assert await writes_since(house, seen) == [("POST", "/Invoices")] * 2
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 3"
    await assert_in_step(house)


async def test_a_xero_event_that_lands_in_the_middle_of_a_reconcile_is_seen(house: House) -> None:
    """A person edits another invoice in Xero while one is being written: no second nudge is needed."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await slow_xero(house, 200)
    seen = await house.last_call()
    await house.edit(reference="PO 2")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reconcile(house))
        await called(house, seen)
        await house.edit_xero("N-inv_2", Reference="PO 22")
        await ask(house.xero.post("/webhooks/flush"))
    await slow_xero(house, 0)
    assert (await house.resource("inv_2"))["record"]["reference"] == "PO 22"
    await house.drain()
    await assert_in_step(house)
    await assert_in_step(house, "inv_2", "N-inv_2")


async def test_of_two_workers_at_once_one_works(house: House) -> None:
    """The second finds the lease taken and leaves: one create, and no call of its own."""
    await slow_xero(house, 100)
    await house.write()
    async with open_parts(house.settings, house.clock) as other:
        await asyncio.gather(reconcile(house), other.reconciler.reconcile(UUID(house.connection_id)))
    await slow_xero(house, 0)
    assert await writes_since(house, 0) == [("PUT", "/Contacts"), ("PUT", "/Invoices")]
    await house.drain()
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_in_step(house)


async def take_lease_as_another(house: House) -> None:
    """A worker took the lease and is never heard of again."""
    now = house.clock.now()
    async with house.database.writing() as session:
        lost = await connections.take_lease(session, UUID(house.connection_id), "dead", now, now + LEASE_SPAN)
    assert lost is not None


async def test_the_lease_of_a_dead_worker_is_taken_over_after_its_span(house: House) -> None:
    """Until then nobody calls Xero; the timer's sweep finds the connection afterwards."""
    await house.write()
    await take_lease_as_another(house)
    seen = await house.last_call()
    await reconcile(house)
    assert (await house.last_call(), await house.parts.sweep.nudge_behind()) == (seen, 0)
    house.clock.advance(LEASE_SPAN + timedelta(seconds=1))
    assert await house.parts.sweep.nudge_behind() == 1
    await house.drain()
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_in_step(house)


async def test_a_worker_that_lost_its_lease_records_nothing(house: House) -> None:
    """It hangs in its create past its lease; another takes over. What it did in Xero is found, and not made twice."""
    await house.write(number=None)
    await house.drain()
    await slow_xero(house, 250)
    seen = await house.last_call()
    await house.write("inv_2", number=None, reference="second")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reconcile(house))

        async def has_begun() -> bool:
            return bool(await rows(house, "SELECT 1 FROM invoice_links WHERE intents <> '{}'::jsonb"))

        await until(has_begun)
        house.clock.advance(LEASE_SPAN + timedelta(seconds=1))
        await take_lease_as_another(house)
    assert [path for _, path in await writes_since(house, seen)] == ["/Invoices"]
    [row] = await rows(
        house, "SELECT xero_invoice_id, intents FROM invoice_links WHERE partner_invoice_id = 'inv_2'"
    )
    assert (row["xero_invoice_id"], list(row["intents"])) == (None, ["invoice"])
    await slow_xero(house, 0)
    async with restarted(house):
        await later(house, LEASE_SPAN + timedelta(seconds=1))
    assert len(set(await numbers_in_xero(house))) == 2
    assert await standing(house, "inv_2") == ("settled", None)
    assert (await house.in_xero((await house.in_app("inv_2"))["number"]))["Reference"] == "second"


@pytest.mark.parametrize("moment", ["read", "write"])
async def test_a_worker_that_is_stopped_in_the_middle_loses_nothing(house: House, moment: str) -> None:
    """A shutdown cancels it in mid-call: the lease goes back, and the next worker ends the work, once."""
    await house.write()
    await house.drain()
    await slow_xero(house, 200)
    seen = await house.last_call()
    await house.edit(reference="PO 2")
    task = asyncio.create_task(reconcile(house))
    if moment == "write":
        await called(house, seen)
    else:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await slow_xero(house, 0)
    async with restarted(house):
        await later(house, timedelta(minutes=5))
        await house.sweep()
    assert (await house.in_xero())["Reference"] == "PO 2"
    assert await house.conflicts() == []
    await assert_in_step(house)
