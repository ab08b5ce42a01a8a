"""A day in which no webhook of Xero's arrives: everything converges by itself, in a stated number of calls."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask, assert_in_step, connection

HOUR = timedelta(hours=1)
HOURS = 25
"""A day, and the hour after which a whole day has passed since the last compare. The timers run once in each, so there
are 25 sweeps here and not 96: that these come every quarter of an hour is shown where it costs nothing to show."""

REFRESHES = 5
"""Of the organisation's facts, believed for six hours; each is a call for each part of them."""
PARTS = 8

SEARCHES = 2 * HOURS + 1
"""A sweep is one call for invoices and one for contacts; the compare is one page."""


async def pass_hour(house: House) -> None:
    """An hour passes on both clocks; a worker's timers run once, and what they nudged is done."""
    await ask(house.xero.post("/clock", json={"advance_seconds": int(HOUR.total_seconds())}))
    house.clock.advance(HOUR)
    await house.parts.watch.look()
    await house.parts.sweep.ask_for_sweeps()
    await house.parts.sweep.ask_for_compares()
    await house.parts.reconciler.reconcile(UUID(house.connection_id))
    await house.parts.delivery.deliver(UUID(house.connection_id))


def what_happens(house: House) -> dict[int, Callable[[], Awaitable[object]]]:
    """By the hour, what people do on either side."""
    return {
        1: lambda: house.edit_xero(Reference="PO of Xero"),
        2: lambda: house.edit(due_on="2077-02-01"),
        5: lambda: house.at_xero("invoices/N-inv_2/void"),
        8: lambda: house._json(house.app.post("/invoices/inv_3/cancel")),
        10: lambda: house.at_xero("invoices/N-inv_4/payments", Amount=40),
        13: lambda: house.write_in_xero("X-1", SentToContact=True),
        15: lambda: house._json(house.app.post("/invoices/inv_5/payments", json={"amount": "50.00"})),
        # On a part-paid invoice this moves no timestamp: the compare alone can find it.
        17: lambda: house.edit_xero("N-inv_4", DueDate="2077-03-01"),
        20: lambda: house.unpay_at_xero("N-inv_6"),
    }


READS = 4
"""One before each of the partner's two edits and its payment, and one of the new invoice's contact; what moved on
Xero's side was read by the sweep that found it."""


def count_calls(calls: list[Json]) -> Counter[str]:
    """The calls to Xero's API by what they were for."""
    found = [
        (call["method"], call["path"].removeprefix("/api.xro/2.0"))
        for call in calls
        if "/api.xro" in call["path"]
    ]
    searched = ("/Invoices", "/Contacts")
    return Counter(
        "writes" if method != "GET" else "searches and reads" if path in searched else "facts"
        for method, path in found
    )


@pytest.mark.proof
async def test_a_day_without_webhooks_converges_by_itself(house: House) -> None:
    """Edits, payments and voids on both sides, a new invoice and a change that moves no timestamp: all of it reaches
    the other side by the next sweep, the last by the day's compare, and nobody did anything.

    A real day costs 96 sweeps of two calls, one call for each thousand invoices of the organisation, four refreshes of
    eight calls at the most, and for each edit of the partner's a read and a write: 225 calls and what people do.
    The operator is told of the silence once. When webhooks come back, it ends, and the numbers that were lost bring
    the next sweep forward.
    """
    for n in range(1, 7):
        await house.write(f"inv_{n}")
    await house.drain()
    await house.at_xero("invoices/N-inv_6/payments", Amount=30)
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"lose_next": 1_000_000}))
    happens, before = what_happens(house), await house.last_call()
    with capture_logs() as logs:
        for hour in range(HOURS):
            if hour in happens:
                await happens[hour]()
            await pass_hour(house)
        await house.drain()
    assert (await house.in_app())["reference"] == "PO of Xero"
    assert (await house.in_xero())["DueDateString"].startswith("2077-02-01")
    assert (await house.in_app("inv_2"))["status"] == "cancelled"
    assert (await house.in_xero("N-inv_3"))["Status"] == "VOIDED"
    assert [p["amount"] for p in (await house.in_app("inv_4"))["payments"]] == ["40.00"]
    assert (await house.in_xero("N-inv_5"))["AmountPaid"] == 50
    assert (await house.in_app("inv_6"))["payments"] == []
    for invoice_id in ("inv_1", "inv_4", "inv_5", "inv_6"):
        await assert_in_step(house, invoice_id, f"N-{invoice_id}")
    assert (await house.in_app("inv_4"))["due_on"] == "2077-03-01"
    assert len(await house.list_in_app()) == 7
    assert await house.conflicts() == []
    [moved_unseen] = (await ask(house.api.get(f"{house.path}/discrepancies")))["data"]
    # Only the day's compare could find it; once the app had it, it closed by itself.
    assert (moved_unseen["invoice_id"], moved_unseen["state"]) == ("inv_4", "resolved")
    assert not (await connection(house))["is_behind"]
    await assert_alike(house)
    spent = count_calls(await house.calls(before))
    assert spent["writes"] == 3
    assert spent["searches and reads"] <= SEARCHES + READS
    assert spent["facts"] <= REFRESHES * PARTS
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["xero_webhooks_silent"]
    await webhooks_come_back(house)


async def webhooks_come_back(house: House) -> None:
    """An event arrives: the silence is over, and what was lost before it is a gap that is told once."""
    assert await webhooks_heard(house) == "silent"
    await ask(house.xero.put("/webhooks", json={"lose_next": 0}))
    await house.edit_xero(Reference="PO at last")
    await house.drain()
    assert (await house.in_app())["reference"] == "PO at last"
    assert await webhooks_heard(house) == "heard"
    with capture_logs() as logs:
        for _ in range(3):
            await pass_hour(house)
    assert [line["event"] for line in logs].count("xero_webhook_gap") == 1


async def webhooks_heard(house: House) -> str:
    """How Xero's webhooks fare, as the operator sees it."""
    [shown] = (await ask(house.api.get("/readyz")))["xero_webhooks"]
    return str(shown["state"])
