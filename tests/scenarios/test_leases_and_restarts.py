"""Workers that meet, hang, die or are overtaken by news: one works at a time, and what lands meanwhile is seen."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from app.db.connections import leases
from app.reconcile.lease import LEASE_SPAN
from tests.round_trips import counting_round_trips
from tests.scenarios.house import House
from tests.scenarios.opening import open_parts
from tests.scenarios.troubles import (
    assert_in_step,
    flush,
    held_up,
    in_the_middle,
    later,
    numbers_in_xero,
    reconcile,
    restarted,
    rows,
    standing,
    writes_since,
)


@pytest.mark.parametrize(
    ("method", "writes"), [("GET", 1), ("POST", 2)], ids=["before its write", "within it"]
)
async def test_a_document_that_lands_in_the_middle_of_a_reconcile_is_seen(
    house: House, method: str, writes: int
) -> None:
    """The same reconcile brings both versions there; by one write where the first was not on its way yet."""
    await house.write()
    await house.drain()
    seen = await house.last_call()
    await house.edit(reference="PO 2")
    async with in_the_middle(house, method, "/Invoices"):
        await house.edit(reference="PO 3", due_on="2077-03-03")
    assert await writes_since(house, seen) == [("POST", "/Invoices")] * writes
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 3"
    await assert_in_step(house)


async def test_a_xero_event_that_lands_in_the_middle_of_a_reconcile_is_seen(house: House) -> None:
    """A person edits another invoice in Xero while one is being written: no second nudge is needed."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await house.edit(reference="PO 2")
    async with in_the_middle(house, "GET", "/Invoices"):
        await house.edit_xero("N-inv_2", Reference="PO 22")
        await flush(house)
    assert (await house.resource("inv_2"))["record"]["reference"] == "PO 22"
    await house.drain()
    await assert_in_step(house)
    await assert_in_step(house, "inv_2", "N-inv_2")


async def test_of_two_workers_at_once_one_works(house: House) -> None:
    """The second finds the lease taken and leaves: one create, and no call of its own."""
    await house.write()
    async with open_parts(house.settings, house.clock) as other, in_the_middle(house, "PUT", "/Contacts"):
        seen = await house.last_call()
        await other.reconciler.reconcile(UUID(house.connection_id))
        assert await house.last_call() == seen
    assert await writes_since(house, 0) == [("PUT", "/Contacts"), ("PUT", "/Invoices")]
    await house.drain()
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_in_step(house)


async def test_a_worker_that_is_nudged_for_what_it_works_on_asks_nothing(house: House) -> None:
    """And misses nothing of it: the reconcile under way sees what the nudge is about."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    async with in_the_middle(house, "GET", "/Invoices"):
        await house.edit(reference="PO 3", due_on="2077-03-03")
        with counting_round_trips() as asked:
            await reconcile(house)
    assert asked.count == 0
    assert (await house.in_xero())["Reference"] == "PO 3"
    await assert_in_step(house)


async def test_a_worker_takes_over_from_itself_once_its_lease_has_run_out(house: House) -> None:
    """One of its reconciles hangs in a create past the span: the next nudge takes over, and it is made once."""
    await house.write()
    async with in_the_middle(house, "PUT", "/Invoices"):
        house.clock.advance(LEASE_SPAN + timedelta(seconds=1))
        with counting_round_trips() as asked:
            await reconcile(house)
    assert asked.count > 0
    await house.drain()
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_in_step(house)


async def test_a_worker_that_is_to_end_leaves_after_its_round(house: House) -> None:
    """What came meanwhile is left to another, which has the lease at once; nothing was interrupted."""
    await house.write()
    async with open_parts(house.settings, house.clock) as leaving:
        async with held_up(house, "PUT", "/Invoices") as arrival:
            work = asyncio.create_task(leaving.reconciler.reconcile(UUID(house.connection_id)))
            await arrival()
            leaving.ending.announce()
            await house.write("inv_2")
        await work
    assert await numbers_in_xero(house) == ["N-inv_1"]
    [left] = await rows(house, "SELECT lease_owner, retry_at FROM connections")
    assert left == {"lease_owner": None, "retry_at": None}
    await reconcile(house)
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2"]
    await house.drain()
    await assert_in_step(house)
    await assert_in_step(house, "inv_2", "N-inv_2")


async def take_lease_as_another(house: House) -> None:
    """A worker took the lease and is never heard of again."""
    now = house.clock.now()
    async with house.database.writing_bare() as driver:
        lost = await leases.take_lease(driver, UUID(house.connection_id), "dead", now, now + LEASE_SPAN)
    assert lost.connection is not None


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
    seen = await house.last_call()
    await house.write("inv_2", number=None, reference="second")
    async with in_the_middle(house, "PUT", "/Invoices"):
        house.clock.advance(LEASE_SPAN + timedelta(seconds=1))
        await take_lease_as_another(house)
    assert [path for _, path in await writes_since(house, seen)] == ["/Invoices"]
    [row] = await rows(
        house, "SELECT xero_invoice_id, intents FROM invoice_links WHERE partner_invoice_id = 'inv_2'"
    )
    assert (row["xero_invoice_id"], list(row["intents"])) == (None, ["invoice"])
    async with restarted(house):
        await later(house, LEASE_SPAN + timedelta(seconds=1))
    assert len(set(await numbers_in_xero(house))) == 2
    assert await standing(house, "inv_2") == ("settled", None)
    assert (await house.in_xero((await house.in_app("inv_2"))["number"]))["Reference"] == "second"


@pytest.mark.parametrize("method", ["GET", "POST"], ids=["read", "write"])
async def test_a_worker_that_is_stopped_in_the_middle_loses_nothing(house: House, method: str) -> None:
    """A shutdown cancels it in mid-call: the lease goes back, and the next worker ends the work, once."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    async with held_up(house, method, "/Invoices") as arrival:
        task = asyncio.create_task(reconcile(house))
        await arrival()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with restarted(house):
        await later(house, timedelta(minutes=5))
        await house.sweep()
    assert (await house.in_xero())["Reference"] == "PO 2"
    assert await house.conflicts() == []
    await assert_in_step(house)


async def test_a_batch_that_is_sent_in_parts_is_nobody_elses_meanwhile(house: House) -> None:
    """Xero refuses the batch as a whole, and takes a minute for each half: the lease is renewed between the two."""
    names = [f"inv_{n}" for n in range(1, 5)]
    for name in names:
        await house.write(name, number=None)
    await house.fault("bad_request", "PUT", "/Invoices")
    halves = [held_up(house, "PUT", "/Invoices", nth=nth) for nth in (3, 2)]
    async with open_parts(house.settings, house.clock) as other, halves[0] as second:
        async with halves[1] as first:
            work = asyncio.create_task(reconcile(house))
            await first()
            house.clock.advance(timedelta(minutes=1))
        await second()
        house.clock.advance(timedelta(minutes=1))
        seen = await house.last_call()
        await other.reconciler.reconcile(UUID(house.connection_id))
        assert await house.last_call() == seen
    await work
    await house.drain()
    assert len(await house.list_in_xero()) == len(names)
    for name in names:
        assert await standing(house, name) == ("settled", None)
