"""Customers: made in Xero once, with the first invoice that goes there, and never edited through one."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json

KIM: Json = {"id": "cus_1", "name": "Kim Tran", "email": "kim@example.com", "phone": "0400 000 000"}


async def contacts_in_xero(house: House) -> list[Json]:
    """Every contact of the organisation."""
    return list((await house._json(house.xero.get(f"/people/{house.tenant_id}/contacts")))["Contacts"])


async def test_t18_a_new_customer_is_made_once_and_not_edited_by_invoices(house: House) -> None:
    """Three invoices, one contact; an e-mail address changed in the app leaves Xero's alone; a draft makes none."""
    await house.write("inv_0", status="draft", contact={**KIM, "id": "cus_9", "name": "Drafty"})
    for number in range(1, 4):
        await house.write(f"inv_{number}", contact=KIM)
    await house.drain()
    [contact] = await contacts_in_xero(house)
    assert (contact["Name"], contact["EmailAddress"]) == ("Kim Tran", "kim@example.com")
    await house.edit("inv_1", contact={"email": "new@example.com"}, reference="PO 2")
    await house.drain()
    assert await contacts_in_xero(house) == [contact]
    assert (await house.in_app("inv_1"))["contact"]["email"] == "new@example.com"
    await assert_alike(house, "inv_1")


@pytest.mark.proof
async def test_another_customer_on_an_invoice(house: House) -> None:
    """Chosen in the app: made in Xero if need be. Chosen in Xero: it comes to the app."""
    await house.write(contact=KIM)
    await house.drain()
    await house.edit(contact={"id": "cus_2", "name": "Lee Wong", "email": None, "phone": None})
    await house.drain()
    assert (await house.in_xero())["Contact"]["Name"] == "Lee Wong"
    await assert_alike(house)
    await house.at_xero("contacts", Name="Robin Hood")
    robin = (await house._json(house.xero.get(f"/people/{house.tenant_id}/contacts/Robin Hood")))["ContactID"]
    await house.edit_xero(Contact={"ContactID": robin})
    await house.drain()
    contact = (await house.in_app())["contact"]
    assert (contact["id"], contact["name"]) == (f"xero-{robin}", "Robin Hood")
    assert (await house._json(house.app.get(f"/contacts/xero-{robin}")))["name"] == "Robin Hood"
    await house.edit(contact=KIM)
    await house.drain()
    assert (await house.in_xero())["Contact"]["Name"] == "Kim Tran"
    await assert_alike(house)
    assert len(await contacts_in_xero(house)) == 3


async def test_an_archived_customer_holds_and_a_restored_one_frees(house: House) -> None:
    """The invoice waits with the reason; restoring the contact in Xero is all that a person must do."""
    await house.write("inv_0", contact=KIM)
    await house.drain()
    await house.at_xero("contacts/Kim Tran/archive")
    await house.write(contact=KIM)
    await house.drain()
    assert await house.held_as() == "contact_archived"
    [archived] = await contacts_in_xero(house)
    await house.at_xero(f"contacts/{archived['ContactID']}/restore")
    await house.drain()
    await assert_alike(house)
    assert len(await contacts_in_xero(house)) == 1


async def test_a_customer_that_xero_has_already_is_taken_if_it_may_be_the_same(house: House) -> None:
    """The same name without a contradiction is the same person; with another e-mail address a person must look."""
    await house.at_xero("contacts", Name="Kim Tran", EmailAddress="kim@example.com")
    await house.write(contact=KIM)
    await house.drain()
    await assert_alike(house)
    assert len(await contacts_in_xero(house)) == 1

    await house.at_xero("contacts", Name="Lee Wong", EmailAddress="somebody@else.example")
    await house.write(
        "inv_2", contact={"id": "cus_2", "name": "Lee Wong", "email": "lee@example.com", "phone": None}
    )
    await house.drain()
    assert await house.held_as("inv_2") == "contact_name_taken"
    assert "somebody@else.example" in (await house.resource("inv_2"))["reason"]["message"]
    await house._json(
        house.xero.patch(
            f"/people/{house.tenant_id}/contacts/Lee Wong", json={"Name": "Lee Wong of Parramatta"}
        )
    )
    await house.drain()
    await assert_alike(house, "inv_2")


async def test_two_customers_of_one_name_in_the_app(house: House) -> None:
    """Xero's names are unique: the second is held by itself, and goes when the app tells them apart."""
    await house.write("inv_1", contact=KIM)
    await house.write("inv_2", contact={**KIM, "id": "cus_2"})
    await house.drain()
    held = [name for name in ("inv_1", "inv_2") if await house.held_as(name) == "contact_name_taken"]
    assert len(held) == 1
    await house.edit(held[0], contact={"name": "Kim Tran (Wattle St)"})
    await house.drain()
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")
    assert len(await contacts_in_xero(house)) == 2


async def test_an_id_that_is_too_long_for_an_account_number_holds_no_customer(house: House) -> None:
    """The settings make the number of it, and nobody could make it any shorter: that customer has none in Xero."""
    await house.choose(contact_account_number="APP-{id}")
    await house.write("inv_1", contact=KIM)
    await house.write(
        "inv_2", contact={**KIM, "id": "c" * 47, "name": "Lee Wong", "email": "lee@example.com"}
    )
    await house.drain()
    numbers = {each["Name"]: each.get("AccountNumber") or None for each in await contacts_in_xero(house)}
    assert numbers == {"Kim Tran": "APP-cus_1", "Lee Wong": None}
    for invoice_id in ("inv_1", "inv_2"):
        await assert_alike(house, invoice_id)


async def test_a_customer_that_came_from_xero_and_is_the_apps_own_too(house: House) -> None:
    """The cure names the id that came, a link by hand is refused with the same words, and following them helps."""
    await house.at_xero("contacts", Name=KIM["name"], EmailAddress=KIM["email"])
    await house.choose(import_from_xero="authorised")
    line = {"Description": "Tap", "Quantity": 1, "UnitAmount": 80, "AccountCode": "200", "TaxType": "OUTPUT"}
    sold = {"Contact": {"Name": KIM["name"]}, "Type": "ACCREC", "Status": "AUTHORISED", "LineItems": [line]}
    await house.at_xero("invoices", InvoiceNumber="B-1", Date="2026-11-20", DueDate="2026-12-20", **sold)
    await house.drain()
    [born] = await house.list_in_app()
    owner = born.get("document", born)["contact"]["id"]
    await house.write(contact=KIM)
    await house.drain()
    assert await house.held_as() == "contact_name_taken"
    cure = (await house.resource())["reason"]["cure"]
    assert f"name the customer by the id {owner} in the app's invoices" in cure
    [contact] = await contacts_in_xero(house)
    wanted = {"xero_contact_id": contact["ContactID"]}
    refused = await house.api.put(f"{house.path}/contacts/{KIM['id']}/link", json=wanted)
    assert (refused.status_code, cure in refused.json()["errors"][0]["message"]) == (422, True)
    await house.edit(contact={**KIM, "id": owner})
    await house.drain()
    await assert_alike(house)
    assert len(await contacts_in_xero(house)) == 1
