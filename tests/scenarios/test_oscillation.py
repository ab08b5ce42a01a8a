"""Two programs that keep undoing each other are stopped, and a person is told."""

from datetime import timedelta

import pytest

from tests.scenarios.house import House


@pytest.mark.proof
async def test_two_sides_that_keep_undoing_each_other_are_held_at_the_third_round(house: House) -> None:
    """The third write of the same value within an hour is not made; after the hour it is."""
    await house.write(reference="A")
    await house.drain()
    for _ in range(2):
        await house.edit(reference="B")
        await house.drain()
        await house.edit_xero(Reference="A")
        await house.drain()
    await house.edit(reference="B")
    await house.drain()
    resource = await house.resource()
    assert (resource["state"], resource["reason"]["code"]) == ("held", "oscillation")
    assert (await house.in_xero())["Reference"] == "A"
    house.clock.advance(timedelta(hours=2))
    await house.edit(reference="B", due_on="2027-05-05")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "B"
    assert (await house.resource())["state"] == "settled"
