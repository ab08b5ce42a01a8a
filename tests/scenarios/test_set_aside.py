"""What a person sets aside stays as it is on both sides, and loses nothing (FEATURES E14)."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.test_delivery_troubles import received
from tests.scenarios.troubles import app_fault, ask, standing, writes_since

NOTE = {"note": "Disputed; the office settles it by hand.", "by": "Kim"}


@pytest.mark.proof
async def test_an_invoice_that_is_set_aside_is_left_alone_and_merged_when_it_is_resumed(house: House) -> None:
    """Edits of both sides are stored meanwhile, a change on its way is withdrawn, and all of it survives."""
    await house.write()
    await house.drain()
    await app_fault(house, refuse_incoming_next=1)
    await house.edit_xero(Reference="PO from Xero")
    await house.drain()
    assert await standing(house) == ("behind", "awaiting_partner")
    set_aside = await ask(house.api.post(f"{house.path}/invoices/inv_1/skip", json=NOTE))
    assert (set_aside["state"], set_aside["reason"]["code"]) == ("held", "skipped")
    assert "Kim set it aside on" in set_aside["reason"]["message"]
    assert "Disputed" in set_aside["reason"]["message"]

    before = await house.last_call()
    await house.drain()
    await house.edit(due_on="2077-03-03")
    await house.edit_xero(LineItems=[{"index": 0, "UnitAmount": 220}])
    await house.wait()
    assert await writes_since(house, before) == []
    assert (await house.in_app())["reference"] == "PO 1"
    assert (await house.in_xero())["DueDateString"][:10] != "2077-03-03"
    assert await standing(house) == ("held", "skipped")
    retried = await ask(house.api.post(f"{house.path}/held/retry", json={"things": [{"id": "inv_1"}]}))
    assert [one["outcome"] for one in retried["data"]] == ["skipped"]
    plan = await ask(house.api.get(f"{house.path}/invoices/inv_1/plan"))
    assert (plan["outcome"], plan["steps"]) == ("held", [])

    resumed = await ask(house.api.post(f"{house.path}/invoices/inv_1/resume"))
    assert resumed["state"] == "behind"
    await house.drain()
    await assert_alike(house)
    document = await house.in_app()
    assert (document["reference"], document["due_on"]) == ("PO from Xero", "2077-03-03")
    assert document["lines"][0]["unit_price"] == "220.00"
    assert [entry["outcome"] for entry in await received(house)][-1] == "applied"
    assert await house.conflicts() == []


@pytest.mark.proof
async def test_a_customer_and_a_product_are_set_aside_as_far_as_it_makes_sense(house: House) -> None:
    """A customer that is not in Xero holds its invoices; a product is not made; both go on when they are resumed."""
    await house.choose(items="on")
    await house.write(status="draft")
    product = {"id": "prd_1", "version": 1, "code": "HWS", "name": "Hot water system"}
    await ask(house.api.put(f"{house.path}/items/prd_1", json=product))
    for address in ("contacts/cus_1", "items/prd_1"):
        if address.startswith("contacts"):
            await house.drain()
        await ask(house.api.post(f"{house.path}/{address}/skip", json={"note": "Later."}))
    await ask(house.app.post("/invoices/inv_1/send-to-customer", json={}))
    await ask(house.api.put(f"{house.path}/items/prd_1", json=product | {"version": 2, "name": "Heater"}))
    await house.drain()
    assert await house.held_as() == "contact_skipped"
    item = await ask(house.api.get(f"{house.path}/items/prd_1"))
    assert (item["state"], item["reason"]["code"], item["xero"]["name"]) == (
        "held",
        "skipped",
        "Hot water system",
    )
    held = await ask(house.api.get(f"{house.path}/held"))
    assert {(one["code"], one["count"]) for one in held["reasons"]} == {
        ("skipped", 2),
        ("contact_skipped", 1),
    }

    for address in ("contacts/cus_1", "items/prd_1"):
        await ask(house.api.post(f"{house.path}/{address}/resume"))
    await house.drain()
    await assert_alike(house)
    item = await ask(house.api.get(f"{house.path}/items/prd_1"))
    assert (item["state"], item["xero"]["name"]) == ("settled", "Heater")
    assert (await ask(house.api.get(f"{house.path}/held")))["total"] == 0
