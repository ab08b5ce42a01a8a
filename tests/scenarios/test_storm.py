"""Everything at once on one connection: few calls, and both sides equal in the end."""

import asyncio
from datetime import timedelta

import pytest

from tests.scenarios.house import House
from tests.scenarios.troubles import ask, connection, numbers_in_xero, reconcile, writes_since

INVOICES = 100
MOST_CALLS = 40
"""Alone, 300 events would cost 300 reads, and 100 documents 100 reads and 100 writes."""


@pytest.mark.proof
async def test_a_storm_from_both_sides_costs_few_calls(house: House) -> None:
    """300 events in small deliveries and 100 documents, while a worker is nudged all the time."""
    opened = await ask(
        house.app.post("/invoices/bulk", json={"count": INVOICES, "customers": 10, "prefix": "storm"})
    )
    assert opened["outcomes"] == {"accepted": INVOICES}
    await house.drain()
    numbers = [f"STORM-{n:05}" for n in range(1, INVOICES + 1)]
    assert await numbers_in_xero(house) == numbers
    assert sorted(path for _, path in await writes_since(house, 0)) == ["/Contacts"] + ["/Invoices"] * 2
    before = await house.last_call()
    await ask(house.xero.put("/webhooks", json={"batch_size": 5, "shuffle": True, "double_next": 50}))
    for turn in range(3):
        for number in numbers:
            await house.edit_xero(number, DueDate=f"2077-0{turn + 1}-01")
    await asyncio.gather(
        house.xero.post("/webhooks/flush"),
        *(house.edit(f"storm_{n}", reference=f"PO {n}") for n in range(1, INVOICES + 1)),
        *(reconcile(house) for _ in range(5)),
    )
    await ask(house.app.post("/manifest"))  # what broke off on the way is found by it
    await house.drain()
    await house.wait(timedelta(minutes=1))
    shown = await connection(house)
    assert (shown["is_behind"], shown["retry_reason"]) == (False, None)
    assert len(await house.calls(before)) <= MOST_CALLS
    in_xero = {invoice["InvoiceNumber"]: invoice for invoice in await house.list_in_xero()}
    held = (await ask(house.app.get("/invoices")))["data"]
    assert len(in_xero) == len(held) == INVOICES
    for document in held:
        invoice = in_xero[document["number"]]
        assert document["reference"] == invoice["Reference"] == f"PO {document['id'].removeprefix('storm_')}"
        assert document["due_on"] == invoice["DueDateString"][:10] == "2077-03-01"
    behind = await ask(house.api.get(f"{house.path}/invoices", params={"limit": 100}))
    assert {invoice["state"] for invoice in behind["data"]} == {"settled"}
    assert await house.conflicts() == []
