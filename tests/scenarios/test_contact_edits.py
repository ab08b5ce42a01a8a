"""Contacts edited on both sides: by field, by the same rules as invoices, whatever invoices say in passing."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import (
    KIM,
    WATTLE,
    assert_contacts_alike,
    contact_in_app,
    contact_in_xero,
    edit_contact,
    edit_contact_in_xero,
    part,
)
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import discrepancies, flush, in_the_middle, later


@pytest.mark.proof
async def test_o9_edits_of_a_contact_go_both_ways_by_field(house: House) -> None:
    """Each side edits other fields, at once too; neither loses one, and what Xero holds beside them stays (O9)."""
    await house.write(contact=KIM)
    await house.drain()
    await edit_contact_in_xero(
        house,
        Phones=[{"PhoneType": "FAX", "PhoneNumber": "9999"}],
        ContactPersons=[{"FirstName": "Lee", "EmailAddress": "lee@example.com", "IncludeInEmails": True}],
    )
    await house.drain()
    await edit_contact(house, email="kim@new.example", mobile="0411 111 111", address=WATTLE)
    await edit_contact_in_xero(house, FirstName="Kim", TaxNumber="51 824 753 556")
    await house.drain()
    await assert_contacts_alike(house)
    xero = await contact_in_xero(house)
    assert part(xero["Phones"], PhoneType="FAX")["PhoneNumber"] == "9999"
    assert [person["FirstName"] for person in xero["ContactPersons"]] == ["Lee"]
    assert part(xero["Addresses"], AddressType="POBOX")["Region"] == "NSW"
    app = await contact_in_app(house)
    assert (app["tax_number"], app["fax"]) == ("51 824 753 556", "9999")
    assert [(person["first_name"], person["gets_emails"]) for person in app["persons"]] == [("Lee", True)]
    before = await house.last_call()
    await house.drain()
    assert await house.calls(before) == []

    ann = {"first_name": "Ann", "last_name": "Tran", "email": None, "gets_emails": False}
    await edit_contact(
        house, direct_phone="02 9000 0001", delivery_address=WATTLE, persons=[*app["persons"], ann]
    )
    await house.drain()
    xero = await contact_in_xero(house)
    assert [person["FirstName"] for person in xero["ContactPersons"]] == ["Lee", "Ann"]
    assert part(xero["Phones"], PhoneType="DDI")["PhoneNumber"] == "02 9000 0001"
    assert part(xero["Addresses"], AddressType="STREET")["City"] == "Parramatta"
    await assert_contacts_alike(house)

    await edit_contact(house, phone=None, address=None)
    await edit_contact_in_xero(house, Name="Kim Tran & Sons")
    await house.drain()
    await assert_contacts_alike(house, name="Kim Tran & Sons")
    assert (await contact_in_app(house))["phone"] is None
    await assert_alike_but_for_the_name(house)


async def assert_alike_but_for_the_name(house: House) -> None:
    """An invoice keeps the copy of its customer that it was written with."""
    resource = await house.resource()
    assert resource["state"] == "settled"
    assert resource["record"]["contact"]["name"] == "Kim Tran & Sons"
    assert (await house.in_app())["contact"]["name"] == "Kim Tran"


@pytest.mark.proof
async def test_the_same_field_edited_on_both_sides_is_a_conflict_that_is_kept(house: House) -> None:
    """Xero wins by this connection's policy, the app is told, and both values with their base can be read."""
    await house.write(contact=KIM)
    await house.drain()
    await edit_contact(house, email="app@example.com", mobile="0411 111 111")
    await edit_contact_in_xero(house, EmailAddress="xero@example.com")
    await house.drain()
    await assert_contacts_alike(house)
    app = await contact_in_app(house)
    assert (app["email"], app["mobile"]) == ("xero@example.com", "0411 111 111")
    [conflict] = [one for one in await house.conflicts() if one["contact_id"] == "cus_1"]
    assert (conflict["path"], conflict["winner"], conflict["invoice_id"]) == ("email", "xero", None)
    assert conflict["values"] == {
        "base": "kim@example.com",
        "partner": "app@example.com",
        "xero": "xero@example.com",
    }
    edit = {"contact_id": "cus_1", "changes": {"phone": "0422 222 222"}}
    await house._json(house.app.put("/faults", json={"edit_before_applying": edit}))
    await edit_contact_in_xero(house, Phones=[{"PhoneType": "DEFAULT", "PhoneNumber": "9876 5432"}])
    await house.drain()
    await assert_contacts_alike(house)
    assert len([one for one in await house.conflicts() if one["path"] == "phone"]) == 1


@pytest.mark.proof
async def test_an_invoice_names_a_customer_and_never_undoes_an_edit(house: House) -> None:
    """Old details nested in later invoices edit nothing; with the contact's version they count as its document."""
    await house._json(house.app.put("/plumbline", json=await _by_webhook(house)))
    await house.write("inv_1", contact=KIM)
    await house.drain()
    await edit_contact(house, email="kim@new.example")
    await house.drain()
    await house.write("inv_2", contact=KIM)
    await house.edit("inv_1", reference="PO 9")
    await house.drain()
    assert (await contact_in_xero(house))["EmailAddress"] == "kim@new.example"
    await house.write(
        "inv_3", contact={**KIM, "phone": "0433 333 333", "email": "kim@new.example", "version": 3}
    )
    await house.drain()
    xero = await contact_in_xero(house)
    assert part(xero["Phones"], PhoneType="DEFAULT")["PhoneNumber"] == "0433 333 333"
    await house.write("inv_4", contact={**KIM, "version": 2})
    await house.drain()
    assert (await contact_in_xero(house))["EmailAddress"] == "kim@new.example"
    for number in range(1, 5):
        await assert_alike(house, f"inv_{number}")
    await house._json(house.app.put("/faults", json={"lose_outgoing_next": 1}))
    await edit_contact(house, mobile="0444 444 444")
    await house.drain()
    asked = await house._json(house.app.post("/contacts/manifest"))
    assert [one["id"] for one in asked["answer"]["send_contacts"]] == ["cus_1"]
    await house.drain()
    assert part((await contact_in_xero(house))["Phones"], PhoneType="MOBILE")["PhoneNumber"] == "0444 444 444"


async def _by_webhook(house: House) -> Json:
    known = dict(await house._json(house.app.get("/plumbline")))
    return {**known, "send": "webhook"}


@pytest.mark.parametrize("is_answer_lost", [False, True])
async def test_an_edit_of_a_phone_that_went_along_is_told(house: House, is_answer_lost: bool) -> None:
    """Xero takes a contact's phones as one list: what a person changed in it between our read and write is named."""
    await house.write(contact=KIM)
    await house.drain()
    if is_answer_lost:
        await house.fault("cut_after", "POST", "/Contacts")
    await edit_contact(house, phone="02 9000 0009")
    async with in_the_middle(house, "GET", "/Contacts"):
        await edit_contact_in_xero(house, Phones=[{"PhoneType": "MOBILE", "PhoneNumber": "0499 999 999"}])
    await flush(house)
    await later(house, timedelta(seconds=30))
    found = {each["path"]: each["values"] for each in await discrepancies(house)}
    assert set(found) == {"phone", "mobile", "direct_phone", "fax"}
    assert found["mobile"] == {"base": None, "partner": None}
    xero = await contact_in_xero(house)
    assert part(xero["Phones"], PhoneType="DEFAULT")["PhoneNumber"] == "02 9000 0009"
    await assert_contacts_alike(house)


async def test_an_app_that_says_no_phone_by_an_empty_text_takes_xeros(house: House) -> None:
    """It compares to the letter, so a change names what it holds there by its own word."""
    await house.write(contact=KIM)
    await house.drain()
    await edit_contact(house, email="", mobile="")
    await house.drain()
    for number in ("1", "2"):
        await edit_contact_in_xero(
            house,
            EmailAddress=f"kim{number}@example.com",
            Phones=[{"PhoneType": "MOBILE", "PhoneNumber": f"0411 {number}"}],
        )
        await house.drain()
        shown = await contact_in_app(house)
        assert (shown["email"], shown["mobile"]) == (f"kim{number}@example.com", f"0411 {number}")
    await assert_contacts_alike(house)
