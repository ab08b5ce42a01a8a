"""What goes wrong in a story, and what a story looks at afterwards.

Restarts, clocks of both sides, persons who act in the very middle of a call, and the rows that no address shows yet.
Whatever waits here polls a condition with a deadline; nothing sleeps for its timing, and nothing counts on a machine
being fast: who acts in the middle of a call holds that call up (`held_up`, `in_the_middle`) for as long as it takes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tests.scenarios.house import House, Json
from tests.scenarios.opening import open_parts

DEADLINE_SECONDS = 60
"""Nothing that works takes so long, however busy the machine is."""
SIX_MINUTES = timedelta(minutes=6)
"""How long Xero remembers an idempotency key (FACTS 4.9)."""


@asynccontextmanager
async def restarted(house: House) -> AsyncIterator[None]:
    """A new worker that knows nothing but the database; the old one never works again."""
    old = house.parts
    async with open_parts(house.settings, house.clock) as parts:
        house.parts = parts
        try:
            yield
        finally:
            house.parts = old


async def later(house: House, span: timedelta) -> None:
    """Both clocks move on, ours and Xero's, and what came due is done."""
    await ask(house.xero.post("/clock", json={"advance_seconds": int(span.total_seconds())}))
    await house.wait(span)


async def ask(call: Any) -> Any:
    """The JSON of an answer that must be a success."""
    answer = await call
    assert answer.is_success, (
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    )
    return answer.json() if answer.content else {}


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as a condition holds; fail when the deadline passes first."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await holds():  # noqa: ASYNC110 - what it waits for is seen from outside only
            await asyncio.sleep(0.005)


@asynccontextmanager
async def held_up(
    house: House, method: str = "*", path: str = "/", *, calls: int = 1, **more: Any
) -> AsyncIterator[Callable[[], Coroutine[Any, Any, None]]]:
    """Xero does what the next such calls ask for, and answers them only when the block ends.

    Gives what waits until the calls have come, and all of them is done but the answers.
    """
    order = {"kind": "slow", "method": method, "path": path, "seconds": 3600, "times": calls} | more
    fault_id = (await ask(house.xero.post("/faults", json=order)))["id"]

    async def is_waiting() -> bool:
        faults = (await ask(house.xero.get("/faults")))["faults"]
        return any(fault["silent"] == calls for fault in faults if fault["id"] == fault_id)

    try:
        yield lambda: until(is_waiting)
    finally:
        await ask(house.xero.delete(f"/faults/{fault_id}"))


@asynccontextmanager
async def in_the_middle(
    house: House,
    method: str = "*",
    path: str = "/",
    work: Callable[[], Coroutine[Any, Any, Any]] | None = None,
    calls: int = 1,
) -> AsyncIterator[asyncio.Task[Any]]:
    """A reconcile, or other work, waits for the answers to such calls while the block runs, and has come to its end
    after it.
    """
    async with held_up(house, method, path, calls=calls) as arrival:
        doing = asyncio.create_task(work() if work is not None else reconcile(house))
        wait = asyncio.create_task(arrival())
        try:
            await asyncio.wait({doing, wait}, return_when=asyncio.FIRST_COMPLETED)
            assert not doing.done(), f"it ended without a call as {method} {path}: {doing}"
            await wait
            yield doing
        except BaseException:
            doing.cancel()
            raise
        finally:
            wait.cancel()
    await doing


async def writes_since(house: House, since: int) -> list[tuple[str, str]]:
    """The calls after a number that would change something in Xero: method and path."""
    return [
        (call["method"], call["path"].removeprefix("/api.xro/2.0"))
        for call in await house.calls(since)
        if call["method"] != "GET" and call["path"].startswith("/api.xro")
    ]


async def app_fault(house: House, **faults: Any) -> None:
    """The app, or the way to and from it, misbehaves."""
    await ask(house.app.put("/faults", json=faults))


async def numbers_in_xero(house: House) -> list[str]:
    """The numbers of all invoices of the organisation, sorted: one that was made twice shows twice."""
    return sorted(invoice["InvoiceNumber"] for invoice in await house.list_in_xero())


async def contacts_in_xero(house: House) -> list[Json]:
    """Every contact of the organisation."""
    shown = await ask(house.xero.get(f"/people/{house.tenant_id}/contacts"))
    return list(shown["Contacts"])


async def connection(house: House) -> Json:
    """The connection as the API shows it."""
    return dict(await ask(house.api.get(house.path)))


async def standing(house: House, invoice_id: str = "inv_1") -> tuple[str, str | None]:
    """State and reason of an invoice as the API shows them."""
    shown = await house.resource(invoice_id)
    return shown["state"], shown["reason"] and shown["reason"]["code"]


async def rows(house: House, statement: str, **values: Any) -> list[Json]:
    """What the database holds."""
    async with house.database.reading() as session:
        return [dict(row) for row in (await session.execute(text(statement), values)).mappings()]


async def discrepancies(house: House) -> list[Json]:
    """Every discrepancy that was kept."""
    return await rows(house, "SELECT kind, path, message, values FROM discrepancies ORDER BY id")


async def flush(house: House) -> None:
    """Xero's webhooks go, and are read."""
    await ask(house.xero.post("/webhooks/flush"))
    await house.parts.xero_webhooks.take_in()


async def reconcile(house: House) -> None:
    """One reconcile, as a worker does it when it is woken."""
    await house.parts.reconciler.reconcile(UUID(house.connection_id))


async def assert_in_step(house: House, invoice_id: str = "inv_1", number: str = "N-inv_1") -> None:
    """Both sides show the same invoice, and Plumbline says so."""
    document, invoice = await house.in_app(invoice_id), await house.in_xero(number)
    assert await standing(house, invoice_id) == ("settled", None)
    assert (document["reference"] or "") == invoice["Reference"]
    assert document["due_on"] == invoice["DueDateString"][:10]
    assert float(document["total"]) == invoice["Total"]
    assert [(line["description"], float(line["unit_price"])) for line in document["lines"]] == [
        (line["Description"], line["UnitAmount"]) for line in invoice["LineItems"]
    ]
