"""What a held customer costs while others come and go: nothing, unless what they do may lift its cause."""

import pytest

from app.reconcile.timers.sweep import SWEEP_EVERY
from tests.scenarios.contact_sides import (
    KIM,
    assert_contacts_alike,
    contact_in_app,
    edit_contact,
    edit_contact_in_xero,
    shown_contact,
)
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, standing, writes_since

LEE = {"id": "cus_2", "name": "Lee Wong", "email": None, "phone": None}


async def list_calls(house: House, since: int) -> list[tuple[str, str]]:
    """The calls of Xero's API after a number."""
    return [(call["method"], call["path"].removeprefix("/api.xro/2.0")) for call in await house.calls(since)]


async def hold_a_customer(house: House) -> None:
    """The name is somebody else's in Xero."""
    await house.at_xero("contacts", Name="Kim Tran", EmailAddress="other@example.com")
    await house.write("inv_1", contact=KIM)
    await house.drain()
    assert await house.held_as("inv_1") == "contact_name_taken"


async def test_a_new_customer_does_not_try_the_held_ones_again(house: House) -> None:
    """Its create takes a name and gives up none, and its echo tells nothing new, by event and by search."""
    await hold_a_customer(house)
    await house.write("inv_2", contact=LEE)
    await house.drain()
    await house.sweep()
    seen = await house.last_call()
    await house.write("inv_3", contact={**LEE, "id": "cus_3", "name": "Bob Lee"})
    await house.drain()
    assert await list_calls(house, seen) == [("PUT", "/Contacts"), ("PUT", "/Invoices")]
    seen = await house.last_call()
    house.clock.advance(SWEEP_EVERY * 2)
    assert await house.parts.sweep.ask_for_sweeps() == 1
    await house.drain()
    assert ("PUT", "/Contacts") not in await list_calls(house, seen)
    assert await house.held_as("inv_1") == "contact_name_taken"


async def test_a_contact_that_stands_in_nobodys_way_tries_nobody_again(house: House) -> None:
    """It is in Xero alone, and what it gives up is not what the held one waits for: no call, by event and by search."""
    await house.at_xero("contacts", Name="Zed Stone")
    await hold_a_customer(house)
    await house.write("inv_2", contact=LEE)
    await house.drain()
    seen = await house.last_call()
    await edit_contact_in_xero(house, "Zed Stone", Name="Zed Stone of Perth")
    await house.drain()
    assert await list_calls(house, seen) == []
    await house.sweep()
    seen = await house.last_call()
    await ask(house.xero.put("/webhooks", json={"lose_next": 1}))
    await edit_contact_in_xero(house, "Zed Stone of Perth", Name="Zed Stone")
    house.clock.advance(SWEEP_EVERY * 2)
    assert await house.parts.sweep.ask_for_sweeps() == 1
    await house.drain()
    assert ("PUT", "/Contacts") not in await list_calls(house, seen)
    assert await house.held_as("inv_1") == "contact_name_taken"
    await edit_contact_in_xero(house, "Kim Tran", Name="Kim Tran of Perth")
    await house.drain()
    assert await standing(house) == ("settled", None)


async def test_who_gives_up_the_name_lets_the_held_one_go(house: House) -> None:
    """A contact that the app does not know, whose event is lost; and then one of the app's, edited in Xero."""
    await hold_a_customer(house)
    await house.write("inv_2", contact=LEE)
    await house.write("inv_3", contact={**LEE, "id": "cus_3", "email": "three@example.com"})
    await edit_contact_in_xero(house, "Kim Tran", EmailAddress="another@example.com")
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"lose_next": 1}))
    await edit_contact_in_xero(house, "Kim Tran", Name="Kim Tran of Perth")
    await house.sweep()
    await assert_contacts_alike(house)
    assert await standing(house) == ("settled", None)
    assert await house.held_as("inv_3") == "contact_name_taken"
    await edit_contact_in_xero(house, "Lee Wong", Name="Lee Wong of Perth")
    await house.drain()
    assert await standing(house, "inv_3") == ("settled", None)


async def test_a_held_customer_is_not_offered_again_while_the_name_is_taken(house: House) -> None:
    """However often it is looked at, who has the name is read and nothing is sent; once that is the same customer by
    its e-mail address, the two are joined.
    """
    await hold_a_customer(house)
    seen = await house.last_call()
    await house.edit("inv_1", reference="edited while it waits")
    await house.drain()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    await house.sweep()
    assert await house.held_as("inv_1") == "contact_name_taken"
    assert await writes_since(house, seen) == []
    await edit_contact_in_xero(house, "Kim Tran", EmailAddress=KIM["email"])
    await house.drain()
    assert await standing(house) == ("settled", None)
    await assert_contacts_alike(house)


async def test_a_held_customer_of_the_apps_second_namesake_is_not_offered_again(house: House) -> None:
    """The name is that of another of the app's customers: it is told so each time, and goes under another name."""
    await house.write("inv_1", contact=KIM)
    await house.drain()
    await house.write("inv_2", contact=KIM | {"id": "cus_2"})
    await house.drain()
    assert await house.held_as("inv_2") == "contact_name_taken"
    told, seen = (await house.resource("inv_2"))["reason"], await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    assert (await house.resource("inv_2"))["reason"] == told
    assert await writes_since(house, seen) == []
    await house.edit("inv_2", contact=KIM | {"id": "cus_2", "name": "Kim Tran the younger"})
    await house.drain()
    assert await standing(house, "inv_2") == ("settled", None)


@pytest.mark.parametrize("holder", ["a stranger", "another of the app's"])
async def test_a_customer_that_is_renamed_to_a_taken_name_is_not_offered_again(
    house: House, holder: str
) -> None:
    """Who has the name is looked for once, and read with what is to be written: no write while that one has it, and
    what the app says meanwhile waits with it.
    """
    if holder == "a stranger":
        await house.at_xero("contacts", Name="Kim Tran", EmailAddress="other@example.com")
    else:
        await house.write("inv_1", contact=KIM | {"email": "other@example.com"})
    await house.write("inv_2", contact=LEE)
    await house.drain()
    await edit_contact(house, "cus_2", name="Kim Tran")
    await house.drain()
    told = (await shown_contact(house, "cus_2"))["reason"]
    assert told["code"] == "contact_name_taken"
    seen = await house.last_call()
    await edit_contact(house, "cus_2", mobile="0411 111 111")
    await house.drain()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    await house.sweep()
    assert await writes_since(house, seen) == []
    assert (await shown_contact(house, "cus_2"))["reason"] == told
    seen = await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    assert [call for call in await list_calls(house, seen) if call[1].startswith("/Contacts")] == [
        ("GET", "/Contacts")
    ]
    await edit_contact_in_xero(house, "Kim Tran", Name="Kim Tran of Perth")
    await house.drain()
    await assert_contacts_alike(house, "cus_2")
    assert (await contact_in_app(house, "cus_2"))["mobile"] == "0411 111 111"


async def test_a_customer_that_waits_for_a_name_takes_another_one(house: House) -> None:
    """It goes on at once under the name that the app gives it next, and with the account number that is free."""
    await house.at_xero("contacts", Name="Kim Tran", AccountNumber="A-1")
    await house.write("inv_2", contact=LEE)
    await house.drain()
    await edit_contact(house, "cus_2", name="Kim Tran")
    await house.drain()
    await edit_contact(house, "cus_2", name="Kim Tran the younger", account_number="A-1")
    await house.drain()
    assert (await shown_contact(house, "cus_2"))["reason"]["code"] == "contact_account_number_taken"
    seen = await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    assert await writes_since(house, seen) == []
    await edit_contact(house, "cus_2", account_number="A-2")
    await house.drain()
    await assert_contacts_alike(house, "cus_2", "Kim Tran the younger")
