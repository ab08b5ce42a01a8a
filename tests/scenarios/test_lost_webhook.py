"""Webhooks and documents lost, doubled, shuffled or our own: latency at worst, never a loss and never an echo."""

import pytest
from structlog.testing import capture_logs

from app.reconcile.timers.watch import GAP_GRACE, SPREAD
from tests.scenarios.house import House
from tests.scenarios.troubles import (
    app_fault,
    ask,
    assert_in_step,
    discrepancies,
    flush,
    in_the_middle,
    numbers_in_xero,
    reconcile,
    rows,
    until,
    writes_since,
)


async def test_a_lost_xero_webhook_is_found_by_the_sweep(house: House) -> None:
    """An edit, a void and a new invoice whose events are lost for good are found by looking at what moved."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"lose_next": 100}))
    await house.edit_xero(Reference="PO lost")
    await house.at_xero("invoices/N-inv_2/void")
    made = await house.write_in_xero("X-1", SentToContact=True)
    await house.drain()
    assert (await house.in_app())["reference"] == "PO 1"
    await house.sweep()
    assert (await house.in_app())["reference"] == "PO lost"
    assert (await house.in_app("inv_2"))["status"] == "cancelled"
    assert (await house.in_app(f"xero-{made['InvoiceID']}"))["number"] == "X-1"
    assert (await discrepancies(house), await house.conflicts()) == ([], [])
    await assert_in_step(house)


async def test_the_timer_sweeps_where_nobody_looked_for_a_while(house: House) -> None:
    """No call of the API is needed: what a worker's timer asks for finds the lost edit too."""
    await house.write()
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"lose_next": 100}))
    await house.edit_xero(Reference="PO lost")
    await house.wait()
    assert (await house.in_app())["reference"] == "PO 1"
    assert await house.parts.sweep.ask_for_sweeps() == 1
    await house.drain()
    await assert_in_step(house)
    assert (await house.in_app())["reference"] == "PO lost"


async def test_a_number_that_never_came_brings_the_sweep_forward(house: House) -> None:
    """The next event tells by its number that one was lost: minutes later the edit is found, and the gap told once."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await house.parts.sweep.ask_for_sweeps()
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"lose_next": 1}))
    await house.edit_xero(Reference="PO lost")
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"double_next": 10}))
    await house.edit_xero("N-inv_2", Reference="PO told")
    await house.drain()
    assert [(await house.in_app(one))["reference"] for one in ("inv_1", "inv_2")] == ["PO 1", "PO told"]
    assert await house.parts.sweep.ask_for_sweeps() == 0
    with capture_logs() as logs:
        house.clock.advance(5 * GAP_GRACE)
        await house.parts.watch.look()
        house.clock.advance(SPREAD)
        await house.parts.watch.look()
    assert [line["event"] for line in logs] == ["xero_webhook_gap"]
    assert await house.parts.sweep.ask_for_sweeps() == 1
    await house.drain()
    assert (await house.in_app())["reference"] == "PO lost"
    await assert_in_step(house)


async def test_a_number_that_never_came_during_a_pause_brings_the_sweep_forward_too(house: House) -> None:
    """Nothing is looked for in the pause; soon after it the edit is found, and not an hour later."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await house.parts.sweep.ask_for_sweeps()
    await house.drain()
    await ask(house.api.post(f"{house.path}/pause"))
    await ask(house.xero.put("/webhooks", json={"lose_next": 1}))
    await house.edit_xero(Reference="PO lost")
    await flush(house)
    await house.edit_xero("N-inv_2", Reference="PO told")
    await flush(house)
    house.clock.advance(5 * GAP_GRACE)
    await house.parts.watch.look()
    house.clock.advance(SPREAD)
    assert await house.parts.sweep.ask_for_sweeps() == 0
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert [(await house.in_app(one))["reference"] for one in ("inv_1", "inv_2")] == ["PO 1", "PO told"]
    assert await house.parts.sweep.ask_for_sweeps() == 1
    await house.drain()
    assert (await house.in_app())["reference"] == "PO lost"
    await assert_in_step(house)


@pytest.mark.proof
async def test_a_webhook_with_a_wrong_signature_comes_late_and_fills_its_gap(house: House) -> None:
    """Xero tries again after a quarter of an hour: meanwhile a number is missing, and then it is not; no sweep is due
    for it, and the late edit arrives.
    """
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await house.parts.sweep.ask_for_sweeps()
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"wrong_signature_next": 2}))
    await house.edit_xero(Reference="PO late")
    await flush(house)
    assert (await ask(house.xero.get("/webhooks")))["overdue"]
    await ask(house.xero.put("/webhooks", json={"mode": "live"}))
    await house.edit_xero("N-inv_2", Reference="PO told")
    await until(lambda: _is_waiting(house, "N-inv_2"))
    await reconcile(house)
    await ask(house.xero.post("/clock", json={"advance_seconds": 16 * 60}))
    await house.drain()
    assert [(await house.in_app(one))["reference"] for one in ("inv_1", "inv_2")] == ["PO late", "PO told"]
    house.clock.advance(5 * GAP_GRACE)
    with capture_logs() as logs:
        await house.parts.watch.look()
    assert logs == []
    assert await house.parts.sweep.ask_for_sweeps() == 0


async def _is_waiting(house: House, number: str) -> bool:
    """Whether an event of that invoice is in the inbox, once what came was read."""
    await house.parts.xero_webhooks.take_in()
    xero_id = (await house.in_xero(number))["InvoiceID"]
    found = "SELECT 1 FROM xero_events WHERE resource_id = :id AND taken_at IS NULL"
    return bool(await rows(house, found, id=xero_id))


async def test_our_own_write_coming_back_costs_nothing(house: House) -> None:
    """The events of our creates and updates are stored and followed without one read or write."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2", due_on="2077-01-01")
    await reconcile(house)
    before = await house.last_call()
    pending = (await ask(house.xero.get("/webhooks")))["pending"]
    assert pending
    await house.drain()
    assert await house.last_call() == before
    await assert_in_step(house)


async def test_doubled_and_shuffled_xero_webhooks_change_nothing(house: House) -> None:
    """Three edits whose events come twice and in another order: one state on both sides, no write to Xero."""
    await house.write()
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"double_next": 100, "shuffle": True}))
    before = await house.last_call()
    for reference in ("PO 2", "PO 3", "PO 4"):
        await house.edit_xero(Reference=reference)
    await house.drain()
    assert await writes_since(house, before) == []
    assert len(await house.calls(before)) <= 3
    await assert_in_step(house)
    assert (await house.in_app())["reference"] == "PO 4"
    received = (await ask(house.app.get("/log")))["received"]
    assert [entry["outcome"] for entry in received] == ["applied"]


async def test_doubled_and_shuffled_documents_are_taken_once(house: House) -> None:
    """Five versions held back and sent in another order, one of them twice: only the newest counts, written once."""
    await house.write()
    await house.drain()
    await app_fault(house, hold_outgoing=True, shuffle=True)
    for n in range(2, 7):
        await house.edit(reference=f"PO {n}")
    await app_fault(house, hold_outgoing=False)
    before = await house.last_call()
    sent = (await ask(house.app.post("/flush")))["sent"]
    assert {entry["outcome"] for entry in sent} >= {"accepted", "stale"}
    stale = await ask(house.app.post("/invoices/inv_1/resend", json={"version": 2, "times": 2}))
    assert {(entry["outcome"], entry["status"]) for entry in stale["sent"]} == {("stale", 409)}
    same = await ask(house.app.post("/invoices/inv_1/resend", json={"times": 2}))
    assert {(entry["outcome"], entry["status"]) for entry in same["sent"]} == {("accepted", 200)}
    await house.drain()
    assert await writes_since(house, before) == [("POST", "/Invoices")]
    assert (await house.in_xero())["Reference"] == "PO 6"
    await assert_in_step(house)


async def test_t2_webhooks_of_the_partner_may_come_twice_too(house: House) -> None:
    """Documents by signed webhook, doubled with one webhook id: no second write."""
    known = await ask(house.app.get("/plumbline"))
    await ask(house.app.put("/plumbline", json=known | {"send": "webhook"}))
    await app_fault(house, double_outgoing_next=2)
    await house.write()
    await house.drain()
    before = await house.last_call()
    await house.edit(reference="PO 2")
    await house.drain()
    assert await writes_since(house, before) == [("POST", "/Invoices")]
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_in_step(house)


async def test_a_search_that_is_asked_for_while_one_is_under_way_is_made_after_it(house: House) -> None:
    """What moves behind the back of the one under way is found by the other, and not only by the timer's next."""
    await house.write()
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"lose_next": 1000}))
    await ask(house.api.post(f"{house.path}/sweep"))
    async with in_the_middle(house, "GET", "/Invoices"):
        await house.edit_xero(Reference="behind its back")
        await ask(house.api.post(f"{house.path}/sweep"))
    await house.drain()
    assert (await house.in_app())["reference"] == "behind its back"
