"""Two programs that keep undoing each other are stopped, and a person is told."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
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
    await house.edit(reference="B", due_on="2077-05-05")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "B"
    assert (await house.resource())["state"] == "settled"


async def test_a_write_that_xero_refused_is_no_round_of_a_quarrel(house: House) -> None:
    """Asked for again and again while Xero refuses it, it keeps its reason; once Xero takes it, it goes."""
    await house.write()
    await house.drain()
    await house.fault("bad_request", "POST", "/Invoices", times=3)
    await house.edit(reference="B")
    await house.drain()
    for _ in range(2):
        await house.api.post(f"{house.path}/invoices/inv_1/retry")
        await house.drain()
        assert await house.held_as() == "refused_by_xero"
    await house.api.post(f"{house.path}/invoices/inv_1/retry")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "B"
    await assert_alike(house)
