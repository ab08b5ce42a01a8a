"""What Xero takes of a customer is known before the call; a customer that was corrected lets its invoices go."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import (
    KIM,
    contact_in_app,
    contact_in_xero,
    edit_contact,
    edit_contact_in_xero,
    part,
    shown_contact,
)
from tests.scenarios.house import House, Json

LEE: Json = {"first_name": "Lee", "last_name": "Tran", "email": "lee at example", "gets_emails": False}


@pytest.mark.parametrize("corrected", [[], [{**LEE, "email": "lee@example.com"}]])
async def test_a_person_of_the_customer_is_corrected_and_the_invoice_goes(
    house: House, corrected: list[Json]
) -> None:
    """An invoice waits for what is wrong with its customer, whichever field that is, and no longer than it is."""
    await house._json(house.app.post("/contacts", json={**KIM, "persons": [LEE]}))
    await house.write(contact=KIM)
    await house.drain()
    assert await house.held_as() == "contact_email_invalid"
    await edit_contact(house, persons=corrected)
    await house.drain()
    await assert_alike(house)
    persons = (await contact_in_xero(house))["ContactPersons"]
    assert [person["EmailAddress"] for person in persons] == [each["email"] for each in corrected]


TWO_PHONES = "0400 000 000 (Kim, after five), or 0411 111 111 (Lee, in the mornings)"


async def test_a_phone_that_is_too_long_for_xero_is_said_before_the_call(house: House) -> None:
    """The reason names the field, nothing is asked of Xero, and the corrected customer lets its invoice go."""
    before = await house.last_call()
    await house.write(contact={**KIM, "phone": TWO_PHONES})
    await house.drain()
    reason = (await house.resource())["reason"]
    assert (reason["code"], f"phone has {len(TWO_PHONES)} characters" in reason["message"]) == (
        "contact_invalid",
        True,
    )
    assert await house.calls(before) == []
    await edit_contact(house, phone="0400 000 000")
    await house.drain()
    await assert_alike(house)


async def test_what_xero_shows_of_a_customer_can_come_back(house: House) -> None:
    """A phone with its codes and a long line of an address are taken from the app, which was told to have them."""
    await house.write(contact=KIM)
    await house.drain()
    codes = {
        "PhoneCountryCode": "0061",
        "PhoneAreaCode": "02",
        "PhoneNumber": "9000 0001, ask for Kim at the front desk",
    }
    street = "Unit 4, at the back of the workshop, " * 8
    await edit_contact_in_xero(
        house,
        Phones=[{"PhoneType": "DEFAULT", **codes}],
        Addresses=[{"AddressType": "POBOX", "AddressLine1": street.strip()}],
    )
    await house.drain()
    phone = (await contact_in_app(house))["phone"]
    assert phone == "0061 02 9000 0001, ask for Kim at the front desk"
    await edit_contact(house, first_name="Kimberly", mobile="0411 111 111")
    await house.drain()
    xero = await contact_in_xero(house)
    assert (xero["FirstName"], part(xero["Phones"], PhoneType="MOBILE")["PhoneNumber"]) == (
        "Kimberly",
        "0411 111 111",
    )
    assert codes.items() <= part(xero["Phones"], PhoneType="DEFAULT").items()
    await edit_contact(house, phone=phone + " or 0400 000 000")
    await house.drain()
    shown = await shown_contact(house)
    assert (shown["state"], shown["reason"]["code"]) == ("held", "contact_invalid")
    await edit_contact(house, phone="0400 000 000")
    await house.drain()
    assert (await shown_contact(house))["state"] == "settled"
    assert (
        part((await contact_in_xero(house))["Phones"], PhoneType="DEFAULT")["PhoneNumber"] == "0400 000 000"
    )


async def test_a_contact_with_persons_keeps_an_address_of_its_own(house: House) -> None:
    """Taken away in the app it is held before Xero refuses, for what it is; without the persons it goes."""
    await house.write(contact=KIM)
    await house.drain()
    await edit_contact_in_xero(
        house, ContactPersons=[{"FirstName": "Lee", "EmailAddress": "lee@example.com"}]
    )
    await house.drain()
    before = await house.last_call()
    await edit_contact(house, email=None)
    await house.drain()
    shown = await shown_contact(house)
    assert (shown["state"], shown["reason"]["code"]) == ("held", "contact_persons")
    assert {call["method"] for call in await house.calls(before)} == {"GET"}
    await edit_contact(house, persons=[])
    await house.drain()
    xero = await contact_in_xero(house)
    assert (xero["EmailAddress"], xero["ContactPersons"]) == ("", [])
    assert (await shown_contact(house))["state"] == "settled"
