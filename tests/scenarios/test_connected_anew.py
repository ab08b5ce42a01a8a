"""A business whose connection was removed, and that is connected anew to the same organisation."""

import pytest

from app.clock import SystemClock
from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import KIM, contact_in_app, edit_contact_in_xero
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, contacts_in_xero, numbers_in_xero, standing


async def connect_anew(house: House) -> None:
    """The old connection is ended on both sides, and another opened for the same business."""
    await ask(house.api.delete(house.path))
    await house.parts.closings.close_due()
    await house.connect()


@pytest.mark.proof
async def test_what_the_app_has_already_is_not_brought_in_a_second_time(house: House) -> None:
    """Edited in Xero first, and searched for: it comes with its document, and why says so; the edit is kept."""
    await house.write("inv_1")
    await house.write("inv_2")
    await house.drain()
    await connect_anew(house)
    await house.edit_xero(Reference="PO anew")
    await house.drain()
    await house.sweep()
    assert sorted(each["id"] for each in await house.list_in_app()) == ["inv_1", "inv_2"]
    asked = {"number": "N-inv_1"}
    [found] = (await ask(house.api.get(f"{house.path}/why", params=asked)))["data"]
    assert (found["code"], "inv_1" in found["verdict"]) == ("made_before", True)
    await ask(house.app.post("/manifest"))
    await house.drain()
    assert sorted(each["id"] for each in await house.list_in_app()) == ["inv_1", "inv_2"]
    assert (await house.in_app())["reference"] == "PO anew"
    for name in ("inv_1", "inv_2"):
        await assert_alike(house, name)
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2"]
    assert len(await contacts_in_xero(house)) == 1


async def erase(house: House) -> None:
    """All that is kept of the business is erased, and Xero told."""
    await ask(house.api.delete(f"{house.path}/data"))
    # The API asked for it by a clock of its own.
    house.clock.advance(SystemClock().now() - house.clock.now())
    await house.parts.closings.close_due()
    await house.parts.erasures.erase_due()
    assert (await ask(house.api.get(f"{house.path}/erasure")))["state"] == "erased"


@pytest.mark.proof
async def test_after_an_erasure_the_app_says_first_what_it_has(house: House) -> None:
    """Nothing here knows whose the invoices in Xero are. With `import_from_xero` off until the app's documents have
    come, each is linked to its own by its number; then it is switched on, and none comes a second time.
    """
    await house.write("inv_1")
    await house.write("inv_2")
    await house.drain()
    await erase(house)
    await house.connect(import_from_xero="off")
    await house.edit_xero(Reference="PO anew")
    await house.sweep()
    await ask(house.app.post("/manifest"))
    await house.drain()
    await house.choose(import_from_xero="sent")
    await house.sweep()
    assert sorted(each["id"] for each in await house.list_in_app()) == ["inv_1", "inv_2"]
    assert (await house.in_app())["reference"] == "PO anew"
    for name in ("inv_1", "inv_2"):
        assert await standing(house, name) == ("settled", None)
        await assert_alike(house, name)
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2"]
    assert len(await contacts_in_xero(house)) == 1


async def test_what_was_born_in_xero_comes_under_the_id_that_the_app_has(house: House) -> None:
    """Its edit reaches the one that the app has, before anything else is sent, and what is new there comes too."""
    await house.write("inv_1")
    await house.write_in_xero("X-1", SentToContact=True)
    await house.drain()
    assert len(await house.list_in_app()) == 2
    await connect_anew(house)
    await house.edit_xero("X-1", Reference="PO anew")
    await house.write_in_xero("X-2", SentToContact=True)
    await house.drain()
    shown = {each["number"]: each["reference"] for each in await house.list_in_app()}
    assert (sorted(shown), shown["X-1"]) == (["N-inv_1", "X-1", "X-2"], "PO anew")


@pytest.mark.proof
async def test_a_customer_of_the_app_is_known_by_an_invoice_that_was_born_in_xero(house: House) -> None:
    """Its contact comes under the app's own id, so no second customer is made, and the app's next invoice goes."""
    await house.write("inv_1", contact=KIM)
    await house.drain()
    await connect_anew(house)
    await house.write_in_xero("X-1", Contact={"Name": KIM["name"]}, SentToContact=True)
    await house.drain()
    [born] = [each for each in await house.list_in_app() if each["number"] == "X-1"]
    assert born["contact"]["id"] == KIM["id"]
    assert [each["id"] for each in (await ask(house.app.get("/contacts")))["data"]] == [KIM["id"]]
    await house.write("inv_2", contact=KIM)
    await edit_contact_in_xero(house, "Kim Tran", EmailAddress="kim@perth.example")
    await house.drain()
    assert await standing(house, "inv_2") == ("settled", None)
    assert (await contact_in_app(house))["email"] == "kim@perth.example"
    assert len(await contacts_in_xero(house)) == 1
