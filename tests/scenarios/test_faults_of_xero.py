"""What Xero refuses: the one invoice is held with a reason and a cure, the others go on, and nothing is overwritten."""

from datetime import timedelta

import pytest

from tests.scenarios.house import House
from tests.scenarios.troubles import ask, assert_in_step, contacts_in_xero, numbers_in_xero, standing

STRANGER = {
    "Contact": {"Name": "Stranger"},
    "Date": "2026-11-01",
    "DueDate": "2026-12-01",
    "LineItems": [{"Description": "Theirs", "Quantity": 1, "UnitAmount": 7, "AccountCode": "200"}],
    "Status": "AUTHORISED",
}


async def test_a_number_that_a_stranger_has_is_held_and_freed_by_renumbering(house: House) -> None:
    """The stranger's invoice is never touched; another number in the app sends ours by itself."""
    await house.at_xero("invoices", **STRANGER, InvoiceNumber="N-inv_1", Reference="hands off")
    await house.drain()
    await house.write()
    await house.write("inv_2")
    await house.drain()
    assert await standing(house) == ("held", "number_taken")
    assert (await house.resource())["reason"]["cure"]
    theirs = await house.in_xero()
    assert (theirs["Reference"], theirs["Total"], theirs["Contact"]["Name"]) == ("hands off", 7.7, "Stranger")
    await assert_in_step(house, "inv_2", "N-inv_2")
    await house.edit(number="N-free")
    await house.drain()
    assert await numbers_in_xero(house) == ["N-free", "N-inv_1", "N-inv_2"]
    assert (await house.in_xero())["Reference"] == "hands off"
    await assert_in_step(house, number="N-free")


@pytest.mark.proof
async def test_a_contact_name_of_another_person_holds_only_the_invoices_that_need_it(house: House) -> None:
    """Same name and another e-mail address: held until somebody tells the two apart; others go on."""
    await house.at_xero("contacts", Name="Kim Tran", EmailAddress="another.kim@example.com")
    await house.write()
    await house.write("inv_2", contact={"id": "cus_2", "name": "Lee Wong", "email": "lee@example.com"})
    await house.drain()
    assert await standing(house) == ("held", "contact_name_taken")
    assert "another.kim@example.com" in (await house.resource())["reason"]["message"]
    await assert_in_step(house, "inv_2", "N-inv_2")
    assert await numbers_in_xero(house) == ["N-inv_2"]
    await house.edit(contact={"name": "Kim Tran (plumbing)"})
    await house.drain()
    await assert_in_step(house)
    assert (await house.in_xero())["Contact"]["Name"] == "Kim Tran (plumbing)"


async def test_i2_a_contact_alike_is_adopted(house: House) -> None:
    """Same name and same e-mail address: it is the same person, and no second contact is made."""
    made = await house.at_xero("contacts", Name="Kim Tran", EmailAddress="KIM@example.com")
    await house.write()
    await house.drain()
    await assert_in_step(house)
    assert (await house.in_xero())["Contact"]["ContactID"] == made["ContactID"]
    assert [contact["Name"] for contact in await contacts_in_xero(house)].count("Kim Tran") == 1


async def test_of_two_namesakes_the_one_whom_xero_knows_is_adopted(house: House) -> None:
    """Two customers of one name in one batch: the address tells which of them Xero has; the other is held."""
    made = await house.at_xero("contacts", Name="Kim Tran", EmailAddress="kim@example.com")
    await house.write()
    await house.write("inv_2", contact={"id": "cus_2", "name": "Kim Tran", "email": "second.kim@example.com"})
    await house.drain()
    await assert_in_step(house)
    assert (await house.in_xero())["Contact"]["ContactID"] == made["ContactID"]
    assert await standing(house, "inv_2") == ("held", "contact_name_taken")


@pytest.mark.proof
async def test_one_bad_invoice_is_held_by_itself(house: House) -> None:
    """Among ten, one has a word without a map and one a number that Xero cannot hold; eight stand in Xero."""
    for n in range(1, 9):
        await house.write(f"good_{n}")
    line = {"id": "l1", "description": "Work", "quantity": "1", "unit_price": "10.00", "tax": "gst"}
    await house.write("unmapped", lines=[line | {"category": "scaffolding"}])
    await house.write("refused", number="Nº 7")
    await house.drain()
    assert await numbers_in_xero(house) == [f"N-good_{n}" for n in range(1, 9)]
    for n in range(1, 9):
        assert await standing(house, f"good_{n}") == ("settled", None)
    assert await standing(house, "unmapped") == ("held", "category_unmapped")
    assert await standing(house, "refused") == ("held", "number_unusable")
    shown = await house.resource("refused")
    assert "printable characters" in shown["reason"]["message"]
    assert shown["reason"]["cure"]
    settings = await ask(house.api.get(f"{house.path}/settings"))
    accounts = settings["revenue_accounts"] | {"scaffolding": settings["revenue_accounts"]["general"]}
    await ask(house.api.patch(f"{house.path}/settings", json={"revenue_accounts": accounts}))
    await house.drain()
    await assert_in_step(house, "unmapped", "N-unmapped")
    assert await standing(house, "refused") == ("held", "number_unusable")
    await house.edit("refused", number="N-refused")
    await house.drain()
    await assert_in_step(house, "refused", "N-refused")


async def test_an_archived_account_holds_until_another_is_chosen(house: House) -> None:
    """It was archived after we read the accounts, so Xero is the one to tell; choosing another sends everything."""
    accounts = await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"}))
    first, second = accounts["data"][0], accounts["data"][1]
    await ask(house.xero.post(f"/people/{house.tenant_id}/accounts/{first['code']}/archive"))
    await house.write()
    await house.drain()
    assert await standing(house) == ("held", "account_unusable")
    assert await house.list_in_xero() == []
    chosen = dict.fromkeys(("general", "materials", "labour"), second["account_id"])
    await ask(house.api.patch(f"{house.path}/settings", json={"revenue_accounts": chosen}))
    await house.drain()
    assert [line["AccountCode"] for line in (await house.in_xero())["LineItems"]] == [second["code"]]
    await assert_in_step(house)


async def test_a_request_refused_as_a_whole_holds_only_the_invoice_at_fault(house: House) -> None:
    """Xero answers 400 with a page of HTML once: the halves are tried, and everything arrives."""
    await house.fault("bad_request_html", "PUT", "/Invoices")
    for n in range(1, 4):
        await house.write(f"inv_{n}")
    await house.drain()
    await house.wait(timedelta(minutes=1))
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2", "N-inv_3"]
    for n in range(1, 4):
        await assert_in_step(house, f"inv_{n}", f"N-inv_{n}")
