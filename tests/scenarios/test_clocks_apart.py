"""Workers on machines whose clocks differ: what one holds by its lease, none takes for run out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest

from app.clock import SharedClock
from app.reconcile.lease import LEASE_SPAN
from app.wiring import WorkerParts, open_worker
from tests.machines import MachineApart
from tests.scenarios.house import House
from tests.scenarios.troubles import assert_in_step, in_the_middle, numbers_in_xero, rows, writes_since

RIGHT = timedelta()
BEYOND = LEASE_SPAN + timedelta(seconds=30)


@asynccontextmanager
async def working_at(house: House, ahead: timedelta) -> AsyncIterator[WorkerParts]:
    """A worker on a machine whose clock is so far ahead."""
    async with open_worker(house.settings, SharedClock(MachineApart(ahead))) as parts:
        yield parts


@pytest.mark.parametrize(
    ("of_holder", "of_other"),
    [(RIGHT, BEYOND), (-BEYOND, RIGHT)],
    ids=["the other's is ahead", "the holder's is behind"],
)
async def test_a_live_lease_is_nobody_elses_whatever_the_machines_clocks_say(
    house: House, of_holder: timedelta, of_other: timedelta
) -> None:
    """One worker creates an invoice; by the other's machine its lease has run out: it neither calls nor takes over."""
    await house.write()
    connection_id = UUID(house.connection_id)
    async with working_at(house, of_holder) as holder, working_at(house, of_other) as other:

        async def work() -> None:
            await holder.reconciler.reconcile(connection_id)

        async with in_the_middle(house, "PUT", "/Invoices", work):
            [held] = await rows(house, "SELECT lease_owner FROM connections")
            assert held["lease_owner"] is not None
            seen = await house.last_call()
            assert await other.sweep.nudge_behind() == 0
            await other.reconciler.reconcile(connection_id)
            assert await house.last_call() == seen
            assert await rows(house, "SELECT lease_owner FROM connections") == [held]
    assert await writes_since(house, 0) == [("PUT", "/Contacts"), ("PUT", "/Invoices")]
    await house.drain()
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_in_step(house)
