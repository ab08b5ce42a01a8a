"""What changes cost of Xero's calls, counted by the sandbox: `make bench ONLY=calls`, at a test's size."""

import asyncio
import time
from collections import Counter

from app.reconcile.debounce import LONGEST_WAIT
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, assert_in_step, numbers_in_xero, reconcile

INVOICES = 45
"""More than one read by id takes."""

LOST = 20


async def made_since(house: House, seen: int) -> Counter[str]:
    """The calls to the accounting API, by method."""
    calls = await house.calls(seen)
    return Counter(call["method"] for call in calls if call["path"].startswith("/api.xro"))


async def test_one_change_costs_one_write_or_one_read(house: House) -> None:
    """An edit goes out by one write, with the read that must precede it, a burst of ten likewise; one comes in by one
    read; and an echo costs nothing.
    """
    await house.write()
    await house.drain()
    seen = await house.last_call()
    await house.edit(reference="PO 2")
    await house.drain()
    assert await made_since(house, seen) == {"GET": 1, "POST": 1}
    seen = await house.last_call()
    for n in range(10):
        await house.edit(reference=f"burst {n}")
    await house.drain()
    assert await made_since(house, seen) == {"GET": 1, "POST": 1}
    seen = await house.last_call()
    await house.edit_xero(DueDate="2077-03-04")
    await house.drain()
    assert await made_since(house, seen) == {"GET": 1}
    await assert_in_step(house)


async def test_a_burst_beside_a_worker_goes_out_in_two_at_most(house: House) -> None:
    """What is typed before the first of ten edits is written goes with it, what is typed after that goes together, at
    least once a second.
    """
    await house.write()
    await house.drain()
    seen, began = await house.last_call(), time.monotonic()
    await house.edit(reference="burst 0")
    working = asyncio.create_task(reconcile(house))
    for n in range(1, 10):
        await house.edit(reference=f"burst {n}")
    typed = time.monotonic() - began
    await working
    await house.drain()
    assert (await made_since(house, seen))["POST"] <= 2 + typed / LONGEST_WAIT
    await assert_in_step(house)


async def test_a_storm_is_read_by_a_page(house: House) -> None:
    """Forty-five invoices changed in Xero are read by one call, also those whose webhooks never came."""
    said = {"count": INVOICES, "customers": 3, "prefix": "storm"}
    await ask(house.app.post("/invoices/bulk", json=said))
    await house.drain()
    assert len(await numbers_in_xero(house)) == INVOICES
    seen = await house.last_call()
    for n in range(1, INVOICES + 1):
        await house.edit_xero(f"STORM-{n:05}", DueDate="2077-03-04")
    await ask(house.xero.put("/webhooks", json={"batch_size": LOST, "lose_next": LOST}))
    await house.drain()
    assert await made_since(house, seen) == {"GET": 1}
    assert {document["due_on"] for document in await house.list_in_app()} == {"2077-03-04"}
