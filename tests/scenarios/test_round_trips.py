"""What a change costs of the database: round trips of the loop and of the delivery, in bulk and alone."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.round_trips import Asked, counting_round_trips
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, flush

INVOICES = 24
"""More than a few, so that it is a bulk."""
CONTACTS = 5

BULK_OUT, BULK_OUT_ECHO = 13, 11
"""The loop's, for edits of the app in one write, and for Xero's events of them."""
BULK_IN, BULK_IN_ANSWERED = 33, 8
"""The loop's, for edits in Xero, and for the app's answers."""
OUT, OUT_ECHO = 12, 11
IN, IN_SENT, IN_ANSWERED = 27, 16, 7
"""Of one edit; `IN_SENT` are the delivery's."""
NOTHING = 1
"""A delivery that has nothing to send."""


@pytest.fixture(autouse=True)
def _without_looks(house: House) -> None:
    """A delivery looks at its connection ten times a second, however many changes go out: that goes by the clock."""
    house.parts.delivery._changes.looked_at_every = timedelta(hours=1)


async def work(house: House) -> tuple[Asked, Asked]:
    """Let webhooks go, then one reconcile and one delivery; the round trips of each."""
    await flush(house)
    await house.app.post("/flush")
    with counting_round_trips() as looped:
        await house.parts.reconciler.reconcile(UUID(house.connection_id))
    with counting_round_trips() as sent:
        await house.parts.delivery.deliver(UUID(house.connection_id))
    return looped, sent


def assert_few(asked: Asked, bound: int) -> None:
    """No more round trips than that; what was asked is shown otherwise."""
    assert asked.count <= bound, f"{asked.count} round trips, of {bound}:\n{asked.tell()}"


async def test_changes_in_bulk_share_their_round_trips(house: House) -> None:
    """Two dozen edits cost little more than one: statements are of a batch, and a stage without work asks nothing."""
    bulk = {"count": INVOICES, "customers": CONTACTS, "prefix": "bulk"}
    await ask(house.app.post("/invoices/bulk", json=bulk))
    await house.drain()
    await asyncio.gather(
        *(house.edit(f"bulk_{number}", reference=f"PO {number}") for number in range(1, INVOICES + 1))
    )
    for bound in (BULK_OUT, BULK_OUT_ECHO):
        looped, sent = await work(house)
        assert_few(looped, bound)
        assert_few(sent, NOTHING)
    for number in range(1, INVOICES + 1):
        await house.edit_xero(f"BULK-{number:05}", DueDate="2077-03-01")
    # How many answers are recorded together depends on when they come, so the delivery's are not counted.
    looped, _ = await work(house)
    assert_few(looped, BULK_IN)
    looped, sent = await work(house)
    assert_few(looped, BULK_IN_ANSWERED)
    assert_few(sent, NOTHING)


async def test_a_single_change_takes_few_round_trips(house: House) -> None:
    """One edit from each side, with what comes back of it."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    for bound in (OUT, OUT_ECHO):
        looped, sent = await work(house)
        assert_few(looped, bound)
        assert_few(sent, NOTHING)
    await house.edit_xero(DueDate="2077-03-01")
    looped, sent = await work(house)
    assert_few(looped, IN)
    assert_few(sent, IN_SENT)
    looped, sent = await work(house)
    assert_few(looped, IN_ANSWERED)
    assert_few(sent, NOTHING)
