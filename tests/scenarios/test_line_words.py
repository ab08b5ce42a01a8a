"""What a line says besides its money: account, tax, discount, description, in the words of each side."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_lines import TWO
from tests.scenarios.troubles import writes_since

LINE: Json = {"id": "l1", "description": "Call-out", "quantity": "1", "unit_price": "110.00", "tax": "gst"}


async def first_line(house: House) -> tuple[Json, Json]:
    """The first line as the app and as Xero shows it."""
    return (await house.in_app())["lines"][0], (await house.in_xero())["LineItems"][0]


@pytest.mark.proof
async def test_t21_a_category_chooses_the_account_and_an_account_the_category(house: House) -> None:
    """A line without one uses `general`; a known account shows as its category; an unknown one as itself."""
    await house.choose(revenue_accounts={"materials": "220", "labour": "210"})
    await house.write(lines=[{"id": "l1", "unit_price": "110.00", "category": None}])
    await house.drain()
    assert (await first_line(house))[1]["AccountCode"] == "200"
    await house.edit(lines={"l1": {"category": "labour"}})
    await house.drain()
    assert (await first_line(house))[1]["AccountCode"] == "210"
    await house.edit_xero(LineItems=[{"index": 0, "AccountCode": "220"}])
    await house.drain()
    assert (await first_line(house))[0]["category"] == "materials"
    await house.edit_xero(LineItems=[{"index": 0, "AccountCode": "260"}])
    await house.drain()
    assert (await first_line(house))[0]["category"] == "xero:260"
    await house.edit(lines={"l1": {"description": "Edited in the app", "unit_price": "120.00"}})
    await house.drain()
    app, xero = await first_line(house)
    assert (app["category"], xero["AccountCode"]) == ("xero:260", "260")
    await house.edit(lines={"l1": {"category": "labour"}})
    await house.drain()
    assert (await first_line(house))[1]["AccountCode"] == "210"
    await assert_alike(house)


@pytest.mark.proof
async def test_t20_a_tax_changed_on_either_side(house: House) -> None:
    """A rate that the map knows shows as its word; one that it does not know survives a round trip."""
    await house.write()
    await house.drain()
    await house.edit_xero(LineItems=[{"index": 0, "TaxType": "EXEMPTOUTPUT"}])
    await house.drain()
    assert (await first_line(house))[0]["tax"] == "none"
    await house.edit(lines={"l1": {"tax": "gst"}})
    await house.drain()
    assert (await first_line(house))[1]["TaxType"] == "OUTPUT"
    await house.edit_xero(LineItems=[{"index": 0, "TaxType": "BASEXCLUDED"}])
    await house.drain()
    assert (await first_line(house))[0]["tax"] == "xero:BASEXCLUDED"
    await house.edit(lines={"l1": {"unit_price": "50.00"}})
    await house.drain()
    assert (await first_line(house))[1]["TaxType"] == "BASEXCLUDED"
    await assert_alike(house)


async def test_unknown_words_hold_until_the_settings_know_them(house: House) -> None:
    """A category or tax that no map knows refuses nothing: the invoice waits, says so, and goes by itself."""
    await house.write(lines=[{"id": "l1", "unit_price": "110.00", "category": "plumbing", "tax": "luxury"}])
    await house.drain()
    assert await house.held_as() == "category_unmapped"
    assert await house.list_in_xero() == []
    await house.choose(revenue_accounts={"plumbing": "200"})
    await house.drain()
    assert await house.held_as() == "tax_unmapped"
    await house.choose(taxes={"luxury": "OUTPUT"})
    await house.drain()
    await assert_alike(house)


async def test_discounts_and_prices_with_four_places_are_exact_both_ways(house: House) -> None:
    """Ten percent off, a price of 0.3333, and both changed in Xero."""
    line = {"id": "l1", "quantity": "3", "unit_price": "0.3333", "discount_rate": "10", "tax": "gst"}
    await house.write(lines=[line])
    await house.drain()
    await assert_alike(house)
    assert (await first_line(house))[1]["UnitAmount"] == 0.3333
    await house.edit_xero(LineItems=[{"index": 0, "UnitAmount": 12.3456, "DiscountRate": 12.5}])
    await house.drain()
    app, _ = await first_line(house)
    assert (app["unit_price"], app["discount_rate"]) == ("12.3456", "12.5")
    await house.edit(lines={"l1": {"discount_rate": None}})
    await house.drain()
    assert "DiscountRate" not in (await first_line(house))[1]
    await assert_alike(house)


@pytest.mark.proof
async def test_a_line_that_is_only_a_description(house: House) -> None:
    """A note from Xero, and one from the app, need no account; a note that gets a price does."""
    await house.write()
    await house.drain()
    await house.edit_xero(LineItems=[{"Description": "Thank you for your business"}])
    await house.drain()
    note = (await house.in_app())["lines"][1]
    assert (note["description"], note["quantity"], note["unit_price"]) == (
        "Thank you for your business",
        None,
        None,
    )
    await assert_alike(house)
    await house.edit(
        lines={"l7": {"description": "Warranty: one year", "quantity": None, "unit_price": None}}
    )
    await house.drain()
    await assert_alike(house)
    await house.edit(lines={note["id"]: {"quantity": "1", "unit_price": "5.00", "tax": "gst"}})
    await house.drain()
    assert (await house.in_xero())["Total"] == 115
    await assert_alike(house)


async def test_a_line_that_becomes_only_a_description_and_back(house: House) -> None:
    """The app takes a line's price away, which Xero keeps of a line that it knows: the price is gone on both sides."""
    await house.write(lines=TWO)
    await house.drain()
    await house.edit(lines={"l2": {"quantity": None, "unit_price": None}})
    await house.drain()
    await assert_alike(house)
    assert (await house.in_app())["lines"][1]["unit_price"] is None
    assert (await house.in_xero())["Total"] == 110
    await house.edit(lines={"l2": {"description": "Pipe, on the house"}})
    await house.drain()
    await assert_alike(house)
    await house.edit(lines={"l2": {"quantity": "2", "unit_price": "12.50"}})
    await house.drain()
    await assert_alike(house)
    assert (await house.in_xero())["Total"] == 135
    assert await house.conflicts() == []


async def test_a_note_to_which_the_app_says_a_quantity_each_time(house: House) -> None:
    """It means nothing there, and one is what a line has whose quantity is left out: no edit is held up by it."""
    note = {"id": "l2", "description": "Thank you", "quantity": "1", "unit_price": None}
    await house.write(lines=[TWO[0], note])
    await house.drain()
    for number in range(4):
        await house.edit(lines={"l2": {"quantity": "1"}}, reference=f"PO {number}")
        before = await house.last_call()
        await house.drain()
        assert (await house.in_xero())["Reference"] == f"PO {number}"
        assert len(await writes_since(house, before)) == 1
        await assert_alike(house)


async def test_a_price_without_a_quantity_is_the_price_of_one(house: House) -> None:
    """A note of Xero's has no quantity; the app gives it a price alone, and what it told the customer is the total."""
    await house.write()
    await house.drain()
    await house.edit_xero(LineItems=[{"Description": "Warranty"}])
    await house.drain()
    shown = await house.in_app()
    note = shown["lines"][1]
    assert note["quantity"] is None
    edited = shown | {"version": shown["version"] + 1, "total": "190.00"}
    edited["lines"] = [shown["lines"][0], note | {"unit_price": "80.00", "tax": "gst"}]
    short = await house.api.put(f"{house.path}/invoices/inv_1", json=edited | {"total": "110.00"})
    assert (short.status_code, [each["field"] for each in short.json()["errors"]]) == (422, ["total"])
    await house.edit(lines={note["id"]: {"unit_price": "80.00", "tax": "gst"}}, total="190.00")
    await house.drain()
    await assert_alike(house)
    assert (await house.in_xero())["Total"] == 190
    assert (await house.in_app())["lines"][1]["quantity"] == "1"


async def test_a_description_cleared_in_the_app_is_refused_in_words(house: House) -> None:
    """Xero wants one for each line: the invoice is held with Xero's sentence until there is one again."""
    await house.write()
    await house.drain()
    await house.edit(lines={"l1": {"description": None}})
    await house.drain()
    assert await house.held_as() == "description_missing"
    assert "no description" in (await house.resource())["reason"]["message"]
    await house.edit(lines={"l1": {"description": "Call-out again"}})
    await house.drain()
    await assert_alike(house)


@pytest.mark.parametrize("discount", [None, "10"])
async def test_a_line_that_loses_its_price_is_words_alone_in_xero_too(
    house: House, discount: str | None
) -> None:
    """Xero keeps the price of a line that it is told the words of: the charge must not come back to the app."""
    await house.write(
        lines=[
            {
                "id": "l1",
                "description": "Pipe",
                "quantity": "3",
                "unit_price": "12.50",
                "discount_rate": discount,
            },
            {"id": "l2", "description": "Call-out", "quantity": "1", "unit_price": "110.00", "tax": "gst"},
        ]
    )
    await house.drain()
    await house.edit(lines={"l1": {"quantity": None, "unit_price": None, "discount_rate": None}})
    await house.drain()
    assert [(line["id"], line["unit_price"]) for line in (await house.in_app())["lines"]] == [
        ("l1", None),
        ("l2", "110.00"),
    ]
    assert (await house.in_xero())["Total"] == 110
    await assert_alike(house)
    await house.edit(lines={"l1": {"description": "Pipe, free of charge"}})
    await house.drain()
    await assert_alike(house)
    await house.edit(lines={"l1": {"quantity": "2", "unit_price": "5.00"}, "l2": {"quantity": None}})
    await house.drain()
    await house.edit(lines={"l1": {"quantity": None}})
    await house.drain()
    assert (await house.in_app())["lines"][0]["quantity"] == "1"
    await assert_alike(house)


async def test_words_alone_that_say_nothing_are_known_before_the_call(house: House) -> None:
    """A line without description and price is nothing that Xero could hold."""
    before = await house.last_call()
    await house.write(lines=[LINE, {"id": "l2", "description": " ", "quantity": None, "unit_price": None}])
    await house.drain()
    assert await house.held_as() == "description_missing"
    assert await house.calls(before) == []
    await house.edit(lines={"l2": {"description": "Warranty: one year"}})
    await house.drain()
    await assert_alike(house)
