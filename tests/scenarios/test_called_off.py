"""What somebody calls off in the middle of it ends with the call to Xero that is under way (C10, E5)."""

from tests.scenarios.house import House
from tests.scenarios.troubles import (
    ask,
    assert_in_step,
    in_the_middle,
    standing,
)

MANY = 60
"""More than one batch."""


async def write_many(house: House) -> None:
    """More invoices than one call takes, all of a customer whom Xero has."""
    await house.write()
    await house.drain()
    for number in range(MANY):
        await house.write(f"many_{number}")


async def test_c10_a_pause_in_the_middle_of_a_storm_stops_it(house: House) -> None:
    """The batch that was under way arrives, the next one does not, and all of it after the pause."""
    await write_many(house)
    async with in_the_middle(house, "PUT", "/Invoices"):
        assert (await ask(house.api.post(f"{house.path}/pause")))["state"] == "paused"
    there = len(await house.list_in_xero())
    assert 1 < there <= MANY
    await house.drain()
    assert len(await house.list_in_xero()) == there
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert len(await house.list_in_xero()) == MANY + 1
    assert {await standing(house, f"many_{number}") for number in range(MANY)} == {("settled", None)}


async def test_e5_a_way_to_xero_that_is_closed_in_the_middle_of_a_storm_is_closed(house: House) -> None:
    """What was not sent by then stays at home with the reason, and goes when the way opens."""
    await write_many(house)
    async with in_the_middle(house, "PUT", "/Invoices"):
        await house.choose(directions={"invoices": "to_partner"})
    there = len(await house.list_in_xero())
    assert 1 < there <= MANY
    await house.drain()
    assert len(await house.list_in_xero()) == there
    reasons = [await standing(house, f"many_{number}") for number in range(MANY)]
    assert reasons.count(("settled", "invoices_stay_home")) == MANY + 1 - there
    await house.choose(directions={"invoices": None})
    await house.drain()
    assert len(await house.list_in_xero()) == MANY + 1


async def test_an_account_chosen_while_the_customer_is_made_is_the_one_that_is_booked(house: House) -> None:
    """The invoice itself was not sent yet: it goes by the settings that are."""
    accounts = await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"}))
    other = accounts["data"][1]
    await house.write()
    async with in_the_middle(house, "PUT", "/Contacts"):
        await house.choose(
            revenue_accounts=dict.fromkeys(("general", "materials", "labour"), other["account_id"])
        )
    await house.drain()
    assert [line["AccountCode"] for line in (await house.in_xero())["LineItems"]] == [other["code"]]
    await assert_in_step(house)
