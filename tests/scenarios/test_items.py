"""Products of the app, kept as items in Xero: pushed, adopted, edited on both sides, and never made twice."""

from typing import Any

import pytest

from tests.scenarios.house import House, Json
from tests.scenarios.troubles import SIX_MINUTES, ask, later, restarted, writes_since

TAP: Json = {
    "id": "prd_tap",
    "version": 1,
    "code": "TAP",
    "name": "Mixer tap",
    "description": "Mixer tap, chrome",
    "unit_price": "180.5000",
    "category": "materials",
    "tax": "gst",
}
PIPE: Json = {**TAP, "id": "prd_pipe", "code": "PIPE", "name": "Copper pipe", "description": None}


async def send(house: House, *products: Json) -> None:
    """The app sends its products."""
    await ask(house.api.put(f"{house.path}/items", json={"items": list(products)}))


async def item(house: House, product_id: str = "prd_tap") -> Json:
    """Plumbline's own account of a product."""
    return dict(await ask(house.api.get(f"{house.path}/items/{product_id}")))


async def stands(house: House, product_id: str = "prd_tap") -> tuple[str, str | None]:
    """State and reason of a product."""
    shown = await item(house, product_id)
    assert shown["state"] != "held" or shown["reason"]["cure"], "a hold without a cure"
    return shown["state"], shown["reason"] and shown["reason"]["code"]


async def items_in_xero(house: House) -> dict[str, Json]:
    """Every item of the organisation, by code; one that was made twice fails."""
    listed = (await ask(house.xero.get(f"/people/{house.tenant_id}/items")))["Items"]
    by_code = {shown["Code"]: shown for shown in listed}
    assert len(by_code) == len(listed)
    return by_code


async def edit_item_at_xero(house: House, code: str, **changes: Any) -> None:
    """A person edits an item at Xero's screen."""
    await ask(house.xero.patch(f"/people/{house.tenant_id}/items/{code}", json=changes))


def item_calls(calls: list[Json]) -> list[str]:
    """The methods of the calls that were about items."""
    return [call["method"] for call in calls if call["path"].endswith("/Items")]


async def tells_all_of_it(house: House) -> None:
    """Both sides' values, what was tried and what happened, of the tap and of the pipe of the first story."""
    shown = await item(house)
    names = [shown[where]["name"] for where in ("partner", "record", "xero")]
    assert names == ["Mixer tap", "Tap de luxe", "Tap de luxe"]
    assert shown["xero"]["deep_link"].endswith("&redirecturl=/Accounts/Inventory/")
    tried = (await ask(house.api.get(f"{house.path}/items/prd_tap/attempts")))["data"]
    assert [(one["action"], one["outcome"], sorted(one["moves"])) for one in tried] == [
        ("create", "done", ["account", "code", "description", "name", "tax_type", "unit_price"]),
        ("update", "done", ["unit_price"]),
    ]
    history = (await ask(house.api.get(f"{house.path}/items/prd_pipe/history")))["data"]
    # In no order: the API of this house reads another clock than its worker.
    assert {one["sentence"] for one in history} == {
        "The app's version 1 was taken in.",
        "Making it in Xero was done.",
        "The app's version 2 was taken in.",
        "It was held: The category 'gold' is not mapped to Xero.",
        "An update in Xero was done.",
        "It was no longer held for category_unmapped.",
    }


async def test_c7_e7_products_reach_xero_once_they_are_on_and_only_what_the_app_changes_is_written(
    house: House,
) -> None:
    """One read, one write for all of them; what somebody edits in Xero stays until the app says something new of it."""
    since = await house.last_call()
    await send(house, TAP, PIPE)
    await house.drain()
    assert (await stands(house), item_calls(await house.calls(since))) == (("settled", "items_off"), [])
    await house.choose(items="on")
    await house.drain()
    assert item_calls(await house.calls(since)) == ["GET", "PUT"]
    tap = (await items_in_xero(house))["TAP"]
    assert (tap["Name"], tap["SalesDetails"]["UnitPrice"], tap["SalesDetails"]["TaxType"]) == (
        "Mixer tap",
        180.5,
        "OUTPUT",
    )
    assert (await stands(house), await stands(house, "prd_pipe")) == (("settled", None), ("settled", None))

    await edit_item_at_xero(house, "TAP", Name="Tap de luxe", PurchaseDetails={"UnitPrice": 95})
    since = await house.last_call()
    await send(
        house, {**TAP, "version": 2, "unit_price": "190.00"}, {**PIPE, "version": 2, "category": "gold"}
    )
    await house.drain()
    assert item_calls(await house.calls(since)) == ["GET", "POST"]
    tap = (await items_in_xero(house))["TAP"]
    assert (tap["Name"], tap["SalesDetails"]["UnitPrice"], tap["PurchaseDetails"]["UnitPrice"]) == (
        "Tap de luxe",
        190,
        95,
    )
    assert (await item(house))["differing"] == [
        {"field": "name", "partner": "Mixer tap", "xero": "Tap de luxe"}
    ]
    assert await stands(house, "prd_pipe") == ("held", "category_unmapped")
    await house.choose(revenue_accounts={"gold": "220"})
    await house.drain()
    assert (await items_in_xero(house))["PIPE"]["SalesDetails"]["AccountCode"] == "220"
    await tells_all_of_it(house)
    since = await house.last_call()
    await house.wait()
    assert item_calls(await house.calls(since)) == []


@pytest.mark.proof
async def test_i2_items_that_are_there_are_adopted_and_one_that_is_taken_out_is_not_made_again(
    house: House,
) -> None:
    """Matched by code whatever its case; a second product of the same code is held; so is one that somebody deleted,
    until the app says something new of it.
    """
    await house.at_xero(
        "items", Code="tap", Name="Old tap", SalesDetails={"UnitPrice": 99, "AccountCode": "200"}
    )
    await house.choose(items="on")
    await send(house, TAP, PIPE)
    await send(house, {**TAP, "id": "prd_other"})
    await house.drain()
    there = await items_in_xero(house)
    assert sorted(there) == ["PIPE", "tap"]
    assert (there["tap"]["Name"], there["tap"]["Description"]) == ("Old tap", "Mixer tap, chrome")
    assert there["tap"]["SalesDetails"] == {"UnitPrice": 99, "AccountCode": "200", "TaxType": "OUTPUT"}
    assert {one["field"] for one in (await item(house))["differing"]} >= {"code", "name", "unit_price"}
    assert (await stands(house), await stands(house, "prd_other")) == (
        ("settled", None),
        ("held", "duplicate_item_code"),
    )
    await send(house, {**TAP, "id": "prd_other", "version": 2, "code": "TAP2"})
    await house.drain()
    assert await stands(house, "prd_other") == ("settled", None)

    await ask(house.xero.delete(f"/people/{house.tenant_id}/items/PIPE"))
    await house.sweep()
    assert await stands(house, "prd_pipe") == ("held", "missing_in_xero")
    await house.sweep()
    assert "PIPE" not in await items_in_xero(house)
    await send(house, {**PIPE, "version": 2, "name": "Copper pipe, 15 mm"})
    await house.drain()
    assert (await items_in_xero(house))["PIPE"]["Name"] == "Copper pipe, 15 mm"


async def test_a_cut_around_the_write_of_items_makes_none_twice_and_loses_none(house: House) -> None:
    """After the PUT, before it, and after a POST, with a restart and after Xero forgot the key: it looks first."""
    await house.choose(items="on")
    await house.fault("cut_after", "PUT", "/Items")
    await send(house, TAP)
    await house.drain()
    await edit_item_at_xero(house, "TAP", Name="Edited meanwhile")
    await send(house, {**TAP, "version": 2, "unit_price": "190.00"})
    async with restarted(house):
        await later(house, SIX_MINUTES)
        tap = (await items_in_xero(house))["TAP"]
        assert (tap["Name"], tap["SalesDetails"]["UnitPrice"]) == ("Edited meanwhile", 190)
        await house.fault("cut_before", "PUT", "/Items")
        await send(house, PIPE)
        await house.drain()
        await later(house, SIX_MINUTES)
    assert sorted(await items_in_xero(house)) == ["PIPE", "TAP"]
    await house.fault("cut_after", "POST", "/Items")
    await send(house, {**TAP, "version": 3, "unit_price": "200.00", "description": "New words"})
    await house.drain()
    since = await house.last_call()
    await later(house, SIX_MINUTES)
    assert await writes_since(house, since) == []
    assert (await items_in_xero(house))["TAP"]["Description"] == "New words"
    assert (await stands(house), await stands(house, "prd_pipe")) == (("settled", None), ("settled", None))


async def test_a_consent_without_the_scope_holds_items_and_no_invoice(house: House) -> None:
    """The products say so with the cure and go out once it is given; the invoice goes without its code."""
    await house.choose(items="on", unknown_item="create")
    await house.fault("scope_missing", "PUT", "/Items", times=2)
    await send(house, TAP)
    line = {"id": "l1", "description": "Widget", "unit_price": "110.00", "tax": "gst", "item_code": "WIDGET"}
    await house.write(lines=[line])
    await house.drain()
    assert await stands(house) == ("held", "scope_missing")
    sent = (await house.in_xero())["LineItems"][0]
    assert ("ItemCode" in sent, sent["Description"]) == (False, "Widget")
    assert (await house.in_app())["lines"][0]["item_code"] == "WIDGET"
    await house.sweep()
    assert (await stands(house), sorted(await items_in_xero(house))) == (("settled", None), ["TAP"])


async def test_a_product_with_another_code_in_xero_is_made_no_second_time(house: House) -> None:
    """Its lines are booked under the item that it is, made or edited, and the app keeps its own code."""
    await house.choose(items="on", unknown_item="create")
    await send(house, TAP)
    await house.drain()
    await edit_item_at_xero(house, "TAP", Code="MIXER")
    await house.sweep()
    line = {"id": "l1", "description": "Tap", "unit_price": "110.00", "tax": "gst", "item_code": "tap"}
    since = await house.last_call()
    await house.write(lines=[line])
    await house.drain()
    assert (list(await items_in_xero(house)), item_calls(await house.calls(since))) == (["MIXER"], [])
    await house.edit(lines={"l1": {"unit_price": "120.00"}})
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    booked = [each["ItemCode"] for each in (await house.in_xero())["LineItems"]]
    said = [each["item_code"] for each in (await house.in_app())["lines"]]
    assert (booked, said, list(await items_in_xero(house))) == (["MIXER"], ["tap"], ["MIXER"])


async def test_a_code_that_another_product_gave_up_is_taken_at_once(house: House) -> None:
    """Given up in the app, or at Xero's screen: the product that waited for it has it without being asked for again."""
    await house.choose(items="on")
    await send(house, TAP, PIPE)
    await house.drain()
    await send(house, {**PIPE, "version": 2, "code": "TAP"})
    await house.drain()
    assert await stands(house, "prd_pipe") == ("held", "duplicate_item_code")
    await send(house, {**TAP, "version": 2, "code": "MIXER"})
    await house.drain()
    assert (await stands(house), await stands(house, "prd_pipe")) == (("settled", None), ("settled", None))
    assert sorted(await items_in_xero(house)) == ["MIXER", "TAP"]

    await send(house, {**PIPE, "version": 3, "code": "MIXER"})
    await house.drain()
    assert await stands(house, "prd_pipe") == ("held", "duplicate_item_code")
    await edit_item_at_xero(house, "MIXER", Code="TAP 15")
    await house.sweep()
    assert await stands(house, "prd_pipe") == ("settled", None)
    assert sorted(await items_in_xero(house)) == ["MIXER", "TAP 15"]
