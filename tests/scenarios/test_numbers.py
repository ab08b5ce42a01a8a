"""Numbers: the app's or Xero's, renumbered by either, and never one that is taken."""

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House


async def test_xero_numbers_what_the_app_did_not(house: House) -> None:
    """Xero's number shows in the app, and a number that the app takes away comes back."""
    await house.write(number=None)
    await house.drain()
    assert (await house.in_app())["number"] == "INV-0001"
    await assert_alike(house)
    await house.edit(number=None, reference="PO 2")
    await house.drain()
    assert (await house.in_app())["number"] == "INV-0001"
    await assert_alike(house)


async def test_renumbered_on_either_side(house: House) -> None:
    """Both sides follow, and the links are found by either number."""
    await house.write()
    await house.drain()
    await house.edit(number="A-1")
    await house.drain()
    await assert_alike(house)
    await house.edit_xero("A-1", InvoiceNumber="X-1")
    await house.drain()
    assert (await house.in_app())["number"] == "X-1"
    await assert_alike(house)
    [link] = (await house._json(house.api.get(f"{house.path}/links", params={"number": "X-1"})))["data"]
    assert (link["partner_invoice_id"], link["partner_number"], link["xero_number"]) == (
        "inv_1",
        "X-1",
        "X-1",
    )


async def test_a_number_that_is_taken_holds_and_a_free_one_cures(house: House) -> None:
    """On create and on renumbering; the stranger's invoice is not touched."""
    await house.write("inv_1")
    await house.drain()
    await house.write("inv_2", number="N-inv_1", reference="a stranger")
    await house.drain()
    assert await house.held_as("inv_2") == "number_taken"
    assert (await house.in_xero("N-inv_1"))["Reference"] == "PO 1"
    await house.edit("inv_2", number="N-inv_2")
    await house.drain()
    await assert_alike(house, "inv_2")
    await house.edit("inv_2", number="N-inv_1")
    await house.drain()
    assert await house.held_as("inv_2") == "number_taken"
    await house.edit("inv_2", number="N-3")
    await house.drain()
    await assert_alike(house, "inv_2")
    await assert_alike(house, "inv_1")
