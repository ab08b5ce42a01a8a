"""A worker full of other businesses' bulks: a bulk waits for its turn, and nobody's single edit waits for any bulk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.domain.connections.precedence import FEW
from app.reconcile.reconciler import BULKS_AT_ONCE, LONGEST_STAY
from app.waker import QUEUE, RECONCILE
from app.wiring.ground import open_queue
from tests.scenarios.house import House
from tests.scenarios.troubles import assert_in_step, connection, held_up, numbers_in_xero, reconcile, rows

MANY = FEW + 2


async def write_many(house: House, first: int = 1) -> None:
    """More than a person's work."""
    for number in range(first, first + MANY):
        await house.write(f"inv_{number}")


@asynccontextmanager
async def full(house: House) -> AsyncIterator[None]:
    """The worker does as many businesses' bulks as it has room for; when the block ends, those are done."""
    async with AsyncExitStack() as stack:
        for _ in range(BULKS_AT_ONCE):
            place = await stack.enter_async_context(house.parts.reconciler._bulks.open_place(uuid4()))
            assert place.take()
        yield


async def list_woken(house: House) -> list[str]:
    """Which connections workers are called for; from now on others may be."""
    async with open_queue(house.settings) as queue:
        jobs = await queue.queued_jobs(queue_name=QUEUE)
        await queue.flushdb()
    return [str(job.args[0]) for job in jobs if job.function == RECONCILE]


async def be_long_ago(house: House) -> None:
    """What was written until now was an hour ago, so that nobody looks at it."""
    async with house.database.writing() as session:
        await session.execute(text("UPDATE invoice_links SET touched_at = touched_at - interval '1 hour'"))
        await session.execute(text("UPDATE contact_links SET touched_at = touched_at - interval '1 hour'"))


async def tell_reason(house: House) -> str | None:
    """The code for which the work of the connection waits."""
    said = (await connection(house))["retry_reason"]
    return said.partition(":")[0] if said else None


async def is_free(house: House) -> bool:
    """Whether nobody has the connection's lease, and nothing keeps it from being taken."""
    [row] = await rows(house, "SELECT lease_owner, retry_at FROM connections")
    return row == {"lease_owner": None, "retry_at": None}


async def leave_a_bulk_waiting(house: House) -> None:
    """More than a person's work waits for room."""
    async with full(house):
        await write_many(house)
        await reconcile(house)


async def test_a_bulk_without_room_waits_and_an_edit_beside_it_does_not(house: House) -> None:
    """Nothing of the bulk is begun, and an edit that somebody makes goes to Xero; then the bulk is called."""
    await house.write("inv_0")
    await house.drain()
    async with full(house):
        await write_many(house)
        await reconcile(house)
        assert await numbers_in_xero(house) == ["N-inv_0"]
        await be_long_ago(house)
        await house.edit("inv_0", reference="PO now")
        await reconcile(house)
        assert (await house.in_xero("N-inv_0"))["Reference"] == "PO now"
        assert await numbers_in_xero(house) == ["N-inv_0"]
        assert (await tell_reason(house), await house.parts.sweep.nudge_behind()) == ("no_room", 0)
        await list_woken(house)
    assert await list_woken(house) == [house.connection_id]
    await house.drain()
    assert await tell_reason(house) is None
    assert len(await numbers_in_xero(house)) == MANY + 1
    await assert_in_step(house, "inv_5", "N-inv_5")


@pytest.mark.proof
async def test_a_long_bulk_leaves_its_place_to_one_that_waits(house: House) -> None:
    """After its round: the other is called first, and it comes again itself."""
    await write_many(house)
    room, other = house.parts.reconciler._bulks, uuid4()
    called: list[tuple[UUID, list[str]]] = []

    async def call(who: UUID) -> None:
        called.append((who, await list_woken(house)))

    room._call = call
    async with AsyncExitStack() as stack:
        for _ in range(BULKS_AT_ONCE - 1):
            assert (await stack.enter_async_context(room.open_place(uuid4()))).take()
        async with held_up(house, "PUT", "/Invoices") as arrival:
            work = asyncio.create_task(reconcile(house))
            await arrival()
            async with room.open_place(other) as place:
                assert not place.take()
            house.clock.advance(LONGEST_STAY + timedelta(seconds=1))
            await write_many(house, MANY + 1)
            await list_woken(house)
        await work
        assert len(await numbers_in_xero(house)) == MANY
        assert await is_free(house)
        assert (called, await list_woken(house)) == ([(other, [])], [house.connection_id])
    await house.drain()
    assert len(await numbers_in_xero(house)) == 2 * MANY
