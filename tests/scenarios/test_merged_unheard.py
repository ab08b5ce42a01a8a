"""Contacts that were merged in Xero, where an invoice tells of it before the contacts do: their events are lost."""

import pytest

from tests.scenarios.contact_sides import (
    KIM,
    assert_contacts_alike,
    contact_in_app,
    edit_contact,
    shown_contact,
)
from tests.scenarios.house import House
from tests.scenarios.troubles import SIX_MINUTES, ask, in_the_middle, later, reconcile, standing

TRAN = {"id": "cus_2", "name": "Tran Plumbing", "email": "office@tran.example", "phone": None}


async def merge_unheard(house: House) -> None:
    """Kim Tran goes into Tran Plumbing, and no event tells of either."""
    await ask(house.xero.put("/webhooks", json={"lose_next": 2}))
    await house.at_xero("contacts/Kim Tran/merge", Into="Tran Plumbing")


async def test_an_invoice_keeps_its_customer_though_it_tells_of_the_merge_first(house: House) -> None:
    """The one that stays is unknown to the app: the customer is that one from then on, and no second is made of it."""
    await house.at_xero("contacts", Name="Tran Plumbing", EmailAddress="office@tran.example")
    await house.write("inv_1", contact=KIM)
    await house.write("inv_2", contact=KIM)
    await house.drain()
    await merge_unheard(house)
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    await house.edit_xero("N-inv_2", Reference="PO 3")
    await house.drain()
    assert (await contact_in_app(house))["name"] == "Tran Plumbing"
    assert [each["id"] for each in (await ask(house.app.get("/contacts")))["data"]] == ["cus_1"]
    await assert_contacts_alike(house, "cus_1", "Tran Plumbing")
    for invoice_id, reference in (("inv_1", "PO 2"), ("inv_2", "PO 3")):
        shown = await house.in_app(invoice_id)
        assert (shown["contact"]["id"], shown["reference"]) == ("cus_1", reference)
    await house.sweep()
    assert (await house.in_app())["contact"]["id"] == "cus_1"
    assert await standing(house) == ("settled", None)


async def test_an_invoice_keeps_its_customer_though_the_one_that_stays_is_another_of_the_apps(
    house: House,
) -> None:
    """Both are that contact from then on, as where the event of the merge came first; a real move is still a move."""
    await house.write("inv_1", contact=KIM)
    await house.write("inv_2", contact=TRAN)
    await house.drain()
    await merge_unheard(house)
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    one, two = await shown_contact(house), await shown_contact(house, "cus_2")
    assert one["xero"]["xero_contact_id"] == two["xero"]["xero_contact_id"]
    assert (one["xero"]["is_shared"], two["xero"]["is_shared"]) == (True, False)
    assert (await house.in_app())["contact"]["id"] == "cus_1"
    await house.at_xero("contacts", Name="Bob Lee")
    await house.edit_xero(Contact={"Name": "Bob Lee"})
    await house.drain()
    assert (await house.in_app())["contact"]["name"] == "Bob Lee"


async def test_a_customer_is_edited_in_the_app_after_it_was_merged_into_one_that_the_app_lacks(
    house: House,
) -> None:
    """Our mark stays on the contact that went: the one that stays takes the edit without it."""
    await house.at_xero("contacts", Name="Tran Plumbing", EmailAddress="office@tran.example")
    await house.write("inv_1", contact=KIM)
    await house.drain()
    await house.at_xero("contacts/Kim Tran/merge", Into="Tran Plumbing")
    await house.drain()
    await edit_contact(house, mobile="0411 111 111")
    await house.drain()
    await assert_contacts_alike(house, "cus_1", "Tran Plumbing")
    assert (await contact_in_app(house))["mobile"] == "0411 111 111"


@pytest.mark.parametrize("is_known", [True, False])
async def test_an_invoice_keeps_its_customer_though_the_answer_to_our_write_tells_of_the_merge(
    house: House, is_known: bool
) -> None:
    """The office merges the customer between our read and our write: the invoice stays whose it is in the app."""
    await house.write("inv_1", contact=KIM)
    if is_known:
        await house.write("inv_2", contact=TRAN)
    else:
        await house.at_xero("contacts", Name="Tran Plumbing", EmailAddress="office@tran.example")
    await house.drain()
    await house.edit(reference="PO 2")
    async with in_the_middle(house, "GET", "/Invoices"):
        await merge_unheard(house)
    await house.drain()
    assert (await house.in_xero())["Contact"]["Name"] == "Tran Plumbing"
    shown = await house.in_app()
    assert (shown["contact"]["id"], shown["reference"]) == ("cus_1", "PO 2")
    assert (await contact_in_app(house))["name"] == "Tran Plumbing"


async def test_an_invoice_whose_create_is_found_keeps_its_customer_that_was_merged_meanwhile(
    house: House,
) -> None:
    """The answer to the create is lost, and the office merges the customer before we look for what was made."""
    await house.write("inv_2", contact=TRAN)
    await house.drain()
    await house.write("inv_1", contact=KIM)
    await house.fault("cut_after", "PUT", "/Invoices")
    await reconcile(house)
    await merge_unheard(house)
    await later(house, SIX_MINUTES)
    await house.drain()
    assert [each["InvoiceNumber"] for each in await house.list_in_xero()] == ["N-inv_2", "N-inv_1"]
    assert (await house.in_app())["contact"]["id"] == "cus_1"
    assert (await contact_in_app(house))["name"] == "Tran Plumbing"
