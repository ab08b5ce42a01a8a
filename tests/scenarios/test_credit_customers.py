"""Whose a credit is in Xero: the customer's that its invoice has there when it is made; no other invoice takes it."""

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.test_credits import credit, held_in_xero, sent
from tests.scenarios.troubles import ask, reconcile, standing, writes_since

LEE = {"id": "cus_2", "name": "Lee Park", "email": "lee@example.com"}


async def test_a_credit_given_with_another_customer_is_made_for_that_one(house: House) -> None:
    """The invoice moves in the same round, after it was read."""
    await sent(house)
    await house.edit(contact=LEE)
    await credit(house, "40.00")
    await house.drain()
    [note] = await held_in_xero(house)
    assert (note["Contact"]["Name"], note["Status"]) == ("Lee Park", "PAID")
    assert (await house.in_xero())["AmountCredited"] == 40
    await assert_alike(house)


async def test_a_credit_of_another_customer_is_not_offered_again_while_it_is_one(house: House) -> None:
    """Made, cut off, and then the invoice moved: Xero says no once, and is asked again when the customer is back."""
    await sent(house)
    kim = (await house.in_app())["contact"]
    await house.fault("unavailable_before", "PUT", "/CreditNotes", nth=2)
    await credit(house, "40.00")
    await reconcile(house)
    [note] = await held_in_xero(house)
    assert note["Allocations"] == []
    await house.edit(contact=LEE)
    await house.wait()
    held = await standing(house)
    assert held == ("held", "credit_other_contact")
    told, seen = (await house.resource())["reason"], await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    await house.sweep()
    assert (await house.resource())["reason"] == told
    assert await writes_since(house, seen) == []
    await house.edit(contact=kim)
    await house.drain()
    assert [each["Status"] for each in await held_in_xero(house)] == ["PAID"]
    await assert_alike(house)
