"""What Xero takes of a customer is known before the call; a customer that was corrected lets its invoices go."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import KIM, contact_in_xero, edit_contact
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
