"""Far more work than Xero's limits let through at once: the budget keeps within them, so that Xero refuses nothing."""

import asyncio
from datetime import timedelta
from uuid import UUID

from app.wiring import WorkerParts
from tests.scenarios.house import House, open_parts
from tests.scenarios.troubles import ask, connection, numbers_in_xero

INVOICES = 300
MINUTE_LIMIT = 5
MOST_MINUTES = 30


async def work_off(house: House, workers: tuple[WorkerParts, ...]) -> set[str | None]:
    """Minute by minute, every worker in its turn, until nothing is behind; answers why the work waited meanwhile."""
    waits: set[str | None] = set()
    for _ in range(MOST_MINUTES):
        await ask(house.xero.post("/webhooks/flush"))
        for worker in workers:
            await worker.reconciler.reconcile(UUID(house.connection_id))
            await worker.delivery.deliver(UUID(house.connection_id))
        waits.add((await connection(house))["retry_reason"])
        # Xero's clock also runs by itself, so that ours is never ahead of it.
        await ask(house.xero.post("/clock", json={"advance_seconds": 60}))
        house.clock.advance(timedelta(minutes=1))
        if await house._is_quiet() and not (await connection(house))["is_behind"]:
            return waits
    raise AssertionError(f"still behind, because of {waits}")


async def test_a_backlog_over_two_workers_meets_no_limit(house: House) -> None:
    """Five calls a minute for 300 invoices written, then changed on both sides: no 429, and everything arrives."""
    seen = await house.last_call()
    opened = await ask(
        house.app.post("/invoices/bulk", json={"count": INVOICES, "customers": 4, "prefix": "bulk"})
    )
    assert opened["outcomes"] == {"accepted": INVOICES}
    await ask(house.xero.put("/limits", json={"minute": MINUTE_LIMIT, "day": 5000}))
    settings = house.settings.model_copy(update={"xero_minute_limit": MINUTE_LIMIT})
    numbers = [f"BULK-{n:05}" for n in range(1, INVOICES + 1)]
    async with open_parts(settings, house.clock) as one, open_parts(settings, house.clock) as two:
        await work_off(house, (one, two))
        assert await numbers_in_xero(house) == numbers
        await asyncio.gather(*(house.edit_xero(number, DueDate="2027-01-31") for number in numbers))
        await asyncio.gather(*(house.edit(f"bulk_{n}", reference="PO 2") for n in range(1, INVOICES + 1)))
        waits = await work_off(house, (two, one))
    made = [call for call in await house.calls(seen) if call["path"].startswith("/api.xro")]
    assert 429 not in {call["status"] for call in made}
    assert len(made) > 2 * MINUTE_LIMIT
    assert any(reason and reason.startswith("rate_limited: ") for reason in waits)
    assert {invoice["Reference"] for invoice in await house.list_in_xero()} == {"PO 2"}
    assert {document["due_on"] for document in await house.list_in_app()} == {"2027-01-31"}
