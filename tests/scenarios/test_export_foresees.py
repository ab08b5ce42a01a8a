"""A dry run foresees what the loop would find by itself, and what then happens is what it said (FEATURES N11)."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.exporting import exported, let_wait, look, order, outcomes, report, tell
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, numbers_in_xero, reconcile, writes_since

EMMA = {"id": "cus_9", "name": "Emma Novak", "email": "emma@example.com", "phone": None}


@pytest.mark.proof
async def test_n11_what_people_set_aside_and_what_is_locked_is_foreseen(house: House) -> None:
    """An invoice that is set aside, one whose new customer is, one that wants another's number, and one that is paid
    and edited where Xero allows it no more: the dry run holds each for the very reason for which the loop then does.
    """
    paid = {"payments": [{"id": "p1", "amount": "110.00", "paid_on": "2026-07-10"}]}
    for name in ("inv_1", "inv_2", "inv_3"):
        await house.write(name)
    await house.write("inv_4", **paid)
    await house.drain()
    await house.write("inv_5", contact=EMMA, status="draft")
    await house.drain()
    for thing in ("invoices/inv_1", "contacts/cus_9"):
        await ask(house.api.post(f"{house.path}/{thing}/skip", json={"note": "Disputed.", "by": "Kim"}))
    await house.drain()

    line = {"id": "l1", "description": "Call-out", "quantity": "3", "unit_price": "110.00", "tax": "gst"}
    await house.edit("inv_1", reference="PO 2")
    await house.edit("inv_2", number="N-inv_1")
    await house.edit("inv_3", reference="PO 2")
    await house.edit("inv_4", lines=[line])
    await house.edit("inv_5", status="sent")
    await let_wait(house)
    await house.drain()
    dry = await exported(house, "payments")
    planned = {thing["id"]: (thing["planned"], thing["code"]) for thing in await report(house, dry)}
    assert planned == {
        "cus_1": ("unchanged", None),
        "cus_9": ("held", "skipped"),
        "inv_1": ("held", "skipped"),
        "inv_2": ("held", "number_taken"),
        "inv_3": ("changed", None),
        "inv_4": ("held", "paid_locked"),
        "inv_5": ("held", "contact_skipped"),
        "p1": ("unchanged", None),
    }
    await tell(house, dry, "start")
    await house.drain()
    assert (await look(house, dry))["state"] == "done"
    assert {thing["id"]: (thing["outcome"], thing["code"]) for thing in await report(house, dry)} == planned
    assert sorted(await numbers_in_xero(house)) == ["N-inv_1", "N-inv_2", "N-inv_3", "N-inv_4"]
    assert (await house.in_xero("N-inv_3"))["Reference"] == "PO 2"


async def test_a_product_with_another_code_in_xero_is_foreseen_as_what_it_is(house: House) -> None:
    """A line that names it by the app's own code is not held for an item that Xero lacks: not planned, and not then."""
    await house.choose(items="on", unknown_item="hold")
    product = {"id": "prd_tap", "version": 1, "code": "TAP", "name": "Tap"}
    await ask(house.api.put(f"{house.path}/items", json={"items": [product]}))
    await house.drain()
    await ask(house.xero.patch(f"/people/{house.tenant_id}/items/TAP", json={"Code": "MIXER"}))
    await house.sweep()
    line = {"id": "l1", "description": "Tap", "unit_price": "110.00", "tax": "gst", "item_code": "TAP"}
    await house.write("inv_1", lines=[line])
    await let_wait(house)
    dry = await exported(house, "invoices")
    assert outcomes(await report(house, dry), "invoice", "planned") == {"inv_1": "created"}
    await tell(house, dry, "start")
    await house.drain()
    [booked] = (await house.in_xero("N-inv_1"))["LineItems"]
    assert booked["ItemCode"] == "MIXER"


@pytest.mark.proof
async def test_i13_a_connection_that_works_at_set_times_exports_on_demand(house: House) -> None:
    """A dry run need not wait for the time, and takes nothing along that does; started, it goes at once (I13, E6)."""
    await house.choose(mode="daily", at="02:00", time_zone="Australia/Sydney")
    await house.drain()
    await house.write("inv_1")
    await house.drain()
    assert (await house.resource("inv_1"))["reason"]["code"] == "scheduled"
    since = await house.last_call()
    dry = await order(house, "invoices")
    await reconcile(house)
    dry = await look(house, dry)
    assert (dry["state"], await writes_since(house, since)) == ("planned", [])
    assert outcomes(await report(house, dry), "invoice", "planned") == {"inv_1": "created"}
    assert dry["calls"]["spent"] == len(await house.calls(since)) > 0
    await tell(house, dry, "start")
    await house.drain()
    assert outcomes(await report(house, dry), "invoice") == {"inv_1": "created"}
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_alike(house)
    await house.edit("inv_1", reference="PO 2")
    await house.drain()
    assert (await house.in_xero("N-inv_1"))["Reference"] == "PO 1"


async def test_i13_an_export_looks_at_the_invoices_of_some_days_alone(house: House) -> None:
    """Both days are within; what was issued before or after, and who ordered that, is left alone (I13)."""
    days = {"inv_1": "2026-06-30", "inv_2": "2026-07-01", "inv_3": "2026-09-30", "inv_4": "2026-10-01"}
    for key, day in days.items():
        contact = {"id": f"cus_{key}", "name": f"Kim {key}"}
        await house.write(key, issued_on=day, due_on="2026-12-01", contact=contact)
    await let_wait(house)
    await house.drain()
    dry = await exported(house, "invoices", **{"from": "2026-07-01", "to": "2026-09-30"})
    quarter = ["inv_2", "inv_3"]
    assert sorted(outcomes(await report(house, dry), "invoice", "planned")) == quarter
    assert sorted(outcomes(await report(house, dry), "contact", "planned")) == [
        f"cus_{key}" for key in quarter
    ]
    await tell(house, dry, "start")
    await house.drain()
    assert sorted(await numbers_in_xero(house)) == [f"N-{key}" for key in quarter]
