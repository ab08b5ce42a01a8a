"""Xero down, slow or out of calls: the API answers as ever, the link says why and until when, and work resumes."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.scenarios.house import House, Json
from tests.scenarios.troubles import (
    ask,
    assert_in_step,
    connection,
    flush,
    in_the_middle,
    later,
    numbers_in_xero,
    standing,
    writes_since,
)


async def retry_at(house: House) -> datetime:
    """Until when the connection's work waits."""
    return datetime.fromisoformat((await connection(house))["retry_at"])


@pytest.mark.parametrize("kind", ["unavailable_before", "cut_before"])
@pytest.mark.proof
async def test_an_hour_without_xero_costs_an_hour(house: House, kind: str) -> None:
    """Documents are taken at full speed, few calls knock at the door, and everything is there afterwards."""
    await house.write()
    await house.drain()
    seen = await house.last_call()
    await house.fault(kind, "*", "/Invoices", times=1000)
    began_at = house.clock.now()
    await house.edit(reference="PO 2")
    for n in range(2, 6):
        await house.write(f"inv_{n}", contact={"id": "cus_1", "name": "Kim Tran", "email": "kim@example.com"})
    while house.clock.now() - began_at < timedelta(hours=1):
        await later(house, timedelta(minutes=5))
        assert await standing(house) in {("behind", "xero_unavailable"), ("behind", "outcome_unknown")}
    assert await retry_at(house) > house.clock.now()
    assert (await house.resource())["reason"]["cure"].startswith("Nothing to do")
    assert len(await house.calls(seen)) <= 20
    knocked = await house.last_call()
    await house.write("inv_6")
    await house.resource("inv_6")
    assert await house.last_call() == knocked, "whoever asks us waits for no answer of Xero"
    await ask(house.xero.delete("/faults"))
    await later(house, timedelta(minutes=20))
    assert await numbers_in_xero(house) == [f"N-inv_{n}" for n in range(1, 7)]
    assert (await house.in_xero())["Reference"] == "PO 2"
    for n in range(1, 7):
        await assert_in_step(house, f"inv_{n}", f"N-inv_{n}")
    shown = await connection(house)
    assert (shown["retry_at"], shown["retry_reason"], shown["is_behind"]) == (None, None, False)


@pytest.mark.proof
async def test_retry_after_is_obeyed(house: House) -> None:
    """Not one call before the moment that Xero named, whatever happens meanwhile; then nothing is made twice."""
    await house.write()
    await house.drain()
    for kind, wait in (("rate_limited_minute", 45), ("rate_limited_day", 7200)):
        await house.fault(kind, "POST", "/Invoices", retry_after=wait)
        await house.edit(reference=f"{kind} met")
        await house.drain()
        assert await standing(house) == ("behind", "rate_limited")
        refused_at, seen = house.clock.now(), await house.last_call()
        assert timedelta(seconds=wait) <= await retry_at(house) - refused_at <= timedelta(seconds=wait * 1.2)
        await house.edit(reference=f"{kind} after")
        await house.edit_xero(DueDate=f"2077-03-{wait % 28 + 1:02}")
        await house.wait(timedelta(seconds=wait - 1))
        assert await house.last_call() == seen
        assert await standing(house) == ("behind", "rate_limited")
        await house.wait(timedelta(seconds=wait))
        assert await writes_since(house, seen) == [("POST", "/Invoices")]
        assert (await house.in_xero())["Reference"] == f"{kind} after"
        await assert_in_step(house)


KINDS_OF_429 = (
    # kind, what Xero says in Retry-After (0: nothing), the seconds that are waited
    ("rate_limited_minute", 45, 45),
    ("rate_limited_day", 77_000, 77_000),
    ("rate_limited_concurrent", 0, 1),
    ("rate_limited_appminute", 0, 60),
)


async def join_another(house: House) -> str:
    """Another business's connection, to another organisation; answers its address."""
    other = await ask(house.xero.post("/organisations", json={"name": "Sparks Pty Ltd", "country": "AU"}))
    opened = await ask(house.api.post("/v1/connections", json={"business_id": "biz_2"}))
    await house.consent(opened["authorise_url"], tenant_id=other["tenant_id"])
    path = f"/v1/connections/{opened['id']}"
    accounts = await ask(house.api.get(f"{path}/accounts", params={"fit_for": "sales"}))
    chosen = {"revenue_accounts": {"general": accounts["data"][0]["account_id"]}}
    await ask(house.api.patch(f"{path}/settings", json=chosen))
    await reconcile_at(house, path)
    return path


async def reconcile_at(house: House, path: str) -> None:
    """Reconcile the connection of that address."""
    await house.parts.reconciler.reconcile(UUID(path.rpartition("/")[2]))


async def settle_at(house: House, path: str) -> None:
    """The same, and once more for the echoes of what it wrote."""
    await reconcile_at(house, path)
    await flush(house)
    await reconcile_at(house, path)


async def state_elsewhere(house: House, path: str, document: Json) -> str:
    """Put a document on another connection, reconcile that one, and answer the state of its invoice."""
    await ask(house.api.put(f"{path}/invoices/{document['id']}", json=document))
    await settle_at(house, path)
    return str((await ask(house.api.get(f"{path}/invoices/{document['id']}")))["state"])


@pytest.mark.proof
async def test_every_429_stops_its_own_connection_alone(house: House) -> None:
    """Every link that is behind says until when; another organisation's go on, unless the app's own limit was met."""
    elsewhere = await join_another(house)
    document = await house.write()
    await house.write("inv_2")
    await house.drain()
    for turn, (kind, retry_after, wait) in enumerate(KINDS_OF_429, start=2):
        await house.fault(kind, "POST", "/Invoices", retry_after=retry_after)
        for invoice_id in ("inv_1", "inv_2"):
            await house.edit(invoice_id, reference=f"turn {turn}")
        refused_at = house.clock.now()
        await house.drain()
        until = (await connection(house))["retry_at"]
        for invoice_id in ("inv_1", "inv_2"):
            shown = await house.resource(invoice_id)
            assert (shown["state"], shown["reason"]["code"]) == ("behind", "rate_limited")
            assert shown["reason"]["until"] == until
        assert timedelta(seconds=wait) <= datetime.fromisoformat(until) - refused_at
        edited = document | {"version": turn, "reference": f"turn {turn}"}
        state = await state_elsewhere(house, elsewhere, edited)
        assert state == ("behind" if "appminute" in kind else "settled")
        house.clock.advance(timedelta(seconds=wait * 1.2 + 1))
        await settle_at(house, elsewhere)
        await house.drain()
        for invoice_id in ("inv_1", "inv_2"):
            await assert_in_step(house, invoice_id, f"N-{invoice_id}")


async def test_a_limit_met_at_a_create_leads_to_one_invoice(house: House) -> None:
    """A 429 wrote nothing; the look finds nothing, and the second create is the only one."""
    await house.fault("rate_limited_minute", "PUT", "/Invoices", retry_after=30)
    await house.write(number=None)
    await house.drain()
    assert await standing(house) == ("behind", "rate_limited")
    await later(house, timedelta(minutes=1))
    assert len(await numbers_in_xero(house)) == 1
    assert await standing(house) == ("settled", None)


@pytest.mark.proof
async def test_the_real_limit_of_a_minute_only_delays(house: House) -> None:
    """Six calls a minute are all there is: the work takes several minutes of both clocks, and comes to its end."""
    customers = [{"id": f"c{n}", "name": f"Customer {n}", "email": None, "phone": None} for n in range(3)]
    for n in range(9):
        await house.write(f"inv_{n}", contact=customers[n % 3])
    await house.drain()
    await ask(house.xero.put("/limits", json={"minute": 6, "day": 5000}))
    for turn in range(2):
        for n in range(9):
            await house.edit(f"inv_{n}", reference=f"turn {turn}")
            await house.edit_xero(f"N-inv_{n}", DueDate=f"2077-0{turn + 1}-01")
            await house.drain()
        await later(house, timedelta(minutes=2))
    for _ in range(5):
        await later(house, timedelta(minutes=2))
    for n in range(9):
        await assert_in_step(house, f"inv_{n}", f"N-inv_{n}")
        assert (await house.in_app(f"inv_{n}"))["due_on"] == "2077-02-01"
        assert (await house.in_xero(f"N-inv_{n}"))["Reference"] == "turn 1"


async def test_a_slow_xero_slows_nobody_else_down(house: House) -> None:
    """While a reconcile waits for its answer, documents are stored and shown at once."""
    await house.write()
    async with in_the_middle(house) as work:
        await house.write("inv_2", status="draft")
        assert (await house.resource("inv_2"))["state"] == "behind"
        assert (await connection(house))["is_behind"]
        assert not work.done()
    await house.drain()
    await assert_in_step(house)
