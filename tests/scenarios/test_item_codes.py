"""Item codes on lines: what Xero books for a code that it does not have, and what the app hears of it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_items import item_calls, items_in_xero
from tests.scenarios.troubles import SIX_MINUTES, later, restarted


def line(key: str = "l1", item_code: str | None = "TAP", **more: Any) -> Json:
    """A line that names an item."""
    usual = {"id": key, "description": f"Line {key}", "unit_price": "110.00", "tax": "gst"}
    return usual | {"item_code": item_code} | more


async def booked(house: House, number: str = "N-inv_1") -> list[str | None]:
    """The item codes of an invoice's lines in Xero."""
    return [shown.get("ItemCode") or None for shown in (await house.in_xero(number))["LineItems"]]


async def named(house: House, invoice_id: str = "inv_1") -> list[str | None]:
    """The item codes of an invoice's lines in the app."""
    return [shown["item_code"] for shown in (await house.in_app(invoice_id))["lines"]]


async def refusals(house: House) -> list[Json]:
    """The calls that Xero refused."""
    return [call for call in await house.calls() if call["status"] and call["status"] >= 400]


async def test_a_code_with_space_around_it_is_the_code(house: House) -> None:
    """Xero would keep none of the space; the app keeps its own."""
    await house.at_xero("items", Code="TAP", Name="Mixer tap")
    await house.write(lines=[line(item_code=" tap ")])
    await house.drain()
    await house.edit(reference="PO 2")
    await house.drain()
    assert (await booked(house), await named(house)) == (["TAP"], [" tap "])
    await assert_alike(house)


@pytest.mark.proof
async def test_c8_a_code_that_xero_lacks_never_stops_an_invoice_unless_it_should(house: House) -> None:
    """Left out by default, booked as the fallback, or held until somebody adds the item; the app keeps its own code,
    no call is refused, and a draft asks nothing.
    """
    await house.at_xero("items", Code="TAP", Name="Mixer tap")
    await house.at_xero("items", Code="MISC", Name="Sundries")
    since = await house.last_call()
    await house.write("inv_0", status="draft", lines=[line(item_code="NEW")])
    await house.drain()
    assert item_calls(await house.calls(since)) == []
    await house.write("inv_1", lines=[line("l1", "tap"), line("l2", "NEW")])
    await house.drain()
    assert (await booked(house), await named(house)) == (["TAP", None], ["tap", "NEW"])
    assert item_calls(await house.calls(since)) == ["GET"]
    refused = await house.api.patch(f"{house.path}/settings", json={"fallback_item": "NOWHERE"})
    assert [error["field"] for error in refused.json()["errors"]] == ["fallback_item"]
    await house.choose(unknown_item="fallback", fallback_item="misc")
    await house.write("inv_2", lines=[line(item_code="NEW")])
    await house.edit("inv_1", lines={"l2": {"description": "Other words"}}, reference="PO 2")
    await house.drain()
    assert (await booked(house, "N-inv_2"), await named(house, "inv_2")) == (["MISC"], ["NEW"])
    assert (await booked(house), await named(house)) == (["TAP", None], ["tap", "NEW"])

    await house.choose(unknown_item="hold")
    await house.write("inv_3", lines=[line(item_code="NEW")])
    await house.edit("inv_1", lines={"l1": {"item_code": "NEW"}})
    await house.drain()
    assert (await house.held_as("inv_3"), await house.held_as("inv_1")) == ("item_unknown", "item_unknown")
    await house.at_xero("items", Code="NEW", Name="Made at last")
    await house.sweep()
    assert (await booked(house, "N-inv_3"), await booked(house)) == (["NEW"], ["NEW", None])
    for invoice_id in ("inv_1", "inv_2", "inv_3"):
        await assert_alike(house, invoice_id)
    assert await refusals(house) == []


@pytest.mark.proof
async def test_c8_items_made_from_lines_are_made_once_and_a_persons_choice_travels(house: House) -> None:
    """A cut after the PUT, and a restart after Xero forgot the key; then a code that somebody picks in Xero, one that
    nobody knew, reaches the app as it is.
    """
    await house.choose(unknown_item="create")
    await house.fault("cut_after", "PUT", "/Items")
    await house.write(lines=[line(item_code="WIDGET", unit_price="12.3456", description="Widget, blue")])
    await house.write("inv_2", lines=[line(item_code="widget"), line("l2", "-OFF", unit_price="-1.00")])
    await house.drain()
    async with restarted(house):
        await later(house, SIX_MINUTES)
    made = await items_in_xero(house)
    assert sorted(made) == ["-OFF", "WIDGET"]
    assert (made["WIDGET"]["Name"], made["WIDGET"]["SalesDetails"]["UnitPrice"]) == ("Widget, blue", 12.3456)
    assert "UnitPrice" not in made["-OFF"]["SalesDetails"]
    assert (await booked(house), await named(house)) == (["WIDGET"], ["WIDGET"])
    assert (await booked(house, "N-inv_2"), await named(house, "inv_2")) == (
        ["WIDGET", "-OFF"],
        ["widget", "-OFF"],
    )

    await house.at_xero("items", Code="BRASS", Name="Brass widget")
    await house.edit_xero(LineItems=[{"index": 0, "ItemCode": "BRASS"}])
    await house.edit_xero("N-inv_2", LineItems=[{"index": 1, "ItemCode": ""}])
    await house.drain()
    assert (await named(house), await named(house, "inv_2")) == (["BRASS"], ["widget", None])
    await house.edit(lines={"l1": {"unit_price": "15.00"}})
    await house.drain()
    assert (await booked(house), await named(house)) == (["BRASS"], ["BRASS"])
    await assert_alike(house)
    await assert_alike(house, "inv_2")
    assert await refusals(house) == []


async def test_an_item_that_is_made_again_lets_its_invoice_go(house: House) -> None:
    """A person takes it out of Xero, and on being told so adds one of the same code: that is all that must be done."""
    await house.at_xero("items", Code="TAP", Name="Mixer tap")
    await house.write(lines=[line()])
    await house.drain()
    await house._json(house.xero.delete(f"/people/{house.tenant_id}/items/TAP"))
    await house.edit(lines={"l1": {"unit_price": "120.00"}})
    await house.drain()
    assert await house.held_as() == "item_missing"
    await house.at_xero("items", Code="TAP", Name="Mixer tap")
    house.clock.advance(timedelta(hours=7))
    await house.parts.sweep.ask_for_sweeps()
    await house.drain()
    await assert_alike(house)
    assert await booked(house) == ["TAP"]
