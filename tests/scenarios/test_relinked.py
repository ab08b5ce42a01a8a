"""An invoice of the app's that is said to be another one of Xero's: what becomes of the one that it was (E11)."""

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.test_agreement import make_in_xero
from tests.scenarios.test_decisions import clash, resolve, state_of, undo
from tests.scenarios.troubles import ask


async def test_e11_the_invoice_that_a_relink_left_is_not_brought_in_and_can_be_had_back(house: House) -> None:
    """It was sent to the customer, and somebody touches it in Xero: it stays there, and says why, until the undo."""
    await house.write()
    await house.drain()
    other = await make_in_xero(house, "X-9")
    linked = await resolve(house, await clash(house), "relink", xero_id=other["InvoiceID"])
    await house.drain()
    assert (await state_of(house, linked)) == ("done", None)
    await house.edit_xero("N-inv_1", Reference="left alone")
    await house.drain()
    await house.sweep()
    assert [document["id"] for document in await house.list_in_app()] == ["inv_1"]
    [why] = (await ask(house.api.get(f"{house.path}/why", params={"number": "N-inv_1"})))["data"]
    assert (why["code"], "inv_1" in why["verdict"]) == ("left_by_relink", True)
    undone = await undo(house, linked)
    await house.drain()
    assert await state_of(house, undone) == ("done", None)
    assert (
        (await house.in_xero("N-inv_1"))["Reference"] == (await house.in_app())["reference"] == "left alone"
    )
    await assert_alike(house)
