"""Both sides change the same field: the policy decides, both values are kept, and it comes to an end."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json


async def edit_both(house: House, xero: str, app: str) -> None:
    """One person writes a reference in Xero, then another one in the app, before either is known."""
    await house.edit_xero(Reference=xero)
    await house.edit(reference=app)


async def only_conflict(house: House) -> Json:
    """The one conflict that there is."""
    [conflict] = await house.conflicts()
    return conflict


@pytest.mark.parametrize(("policy", "winner"), [("xero_wins", "PO xero"), ("partner_wins", "PO app")])
async def test_the_policy_decides_and_both_values_are_kept(house: House, policy: str, winner: str) -> None:
    """The loser's value is nowhere on the sides and for ever in the conflict."""
    await house.choose(conflict_policy=policy)
    await house.write()
    await house.drain()
    await edit_both(house, "PO xero", "PO app")
    await house.drain()
    assert (await house.in_app())["reference"] == winner
    await assert_alike(house)
    conflict = await only_conflict(house)
    assert conflict["values"] == {"base": "PO 1", "partner": "PO app", "xero": "PO xero"}
    assert (conflict["path"], conflict["winner"], conflict["policy"]) == (
        "reference",
        policy.removesuffix("_wins"),
        policy,
    )
    assert conflict["closed_at"] is not None


async def test_the_newest_edit_wins_whichever_side_made_it(house: House) -> None:
    """Xero's own clock against the moment at which the app's document came, in both orders."""
    await house.choose(conflict_policy="newest_wins")
    await house.write()
    await house.drain()
    await edit_both(house, "older in Xero", "newer in the app")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "newer in the app"
    await house.edit(reference="older in the app")
    await house.edit_xero(Reference="newer in Xero")
    await house.drain()
    assert (await house.in_app())["reference"] == "newer in Xero"
    await assert_alike(house)
    assert [conflict["winner"] for conflict in await house.conflicts()] == ["partner", "xero"]


@pytest.mark.parametrize("decided_in", ["app", "xero"])
@pytest.mark.proof
async def test_a_held_conflict_waits_for_a_person_and_holds_nothing_else(
    house: House, decided_in: str
) -> None:
    """Other fields go on both ways; it closes by itself once a person made both sides equal."""
    await house.choose(conflict_policy="hold")
    await house.write()
    await house.drain()
    await edit_both(house, "PO xero", "PO app")
    await house.drain()
    assert await house.held_as() == "conflict_held"
    assert ((await house.in_xero())["Reference"], (await house.in_app())["reference"]) == (
        "PO xero",
        "PO app",
    )
    conflict = await only_conflict(house)
    assert (conflict["winner"], conflict["closed_at"]) == (None, None)

    await house.edit(due_on="2077-03-01")
    await house.edit_xero(LineItems=[{"index": 0, "UnitAmount": 220}])
    await house.drain()
    assert (await house.in_xero())["DueDateString"][:10] == "2077-03-01"
    assert (await house.in_app())["lines"][0]["unit_price"] == "220.00"
    assert await house.held_as() == "conflict_held"

    if decided_in == "app":
        await house.edit(reference="PO xero")
    else:
        await house.edit_xero(Reference="PO app")
    await house.drain()
    await assert_alike(house)
    assert (await only_conflict(house))["closed_at"] is not None


async def test_a_change_of_the_policy_decides_what_comes_after_it(house: House) -> None:
    """A person may also decide by a third value on either side, which both then show."""
    await house.choose(conflict_policy="hold")
    await house.write()
    await house.drain()
    await edit_both(house, "PO xero", "PO app")
    await house.drain()
    await house.choose(conflict_policy="partner_wins")
    await house.drain()
    assert await house.held_as() == "conflict_held"
    await house.edit(reference="agreed")
    await house.edit_xero(Reference="agreed")
    await house.drain()
    await assert_alike(house)


@pytest.mark.proof
async def test_ping_pong_between_two_people_ends_each_time(house: House) -> None:
    """Three rounds of undoing each other are three rounds, not a storm between the machines."""
    await house.write()
    await house.drain()
    for turn in range(3):
        await house.edit_xero(Reference=f"from Xero {turn}")
        await house.drain()
        assert (await house.in_app())["reference"] == f"from Xero {turn}"
        await house.edit(reference="PO 1")
        await house.drain()
        assert (await house.in_xero())["Reference"] == "PO 1"
    await assert_alike(house)
    assert await house.conflicts() == []
    calls = await house.last_call()
    await house.drain()
    assert await house.last_call() == calls


async def test_both_sides_made_the_same_edit_and_nothing_is_in_conflict(house: House) -> None:
    """Alike is agreed: no conflict, and no write either."""
    await house.write()
    await house.drain()
    await edit_both(house, "PO 2", "PO 2")
    before = await house.last_call()
    await house.drain()
    await assert_alike(house)
    assert await house.conflicts() == []
    assert {call["method"] for call in await house.calls(before)} == {"GET"}


async def test_different_fields_of_one_line_are_no_conflict(house: House) -> None:
    """The price that Xero changed and the description that the app changed both stand."""
    await house.write()
    await house.drain()
    await house.edit_xero(LineItems=[{"index": 0, "UnitAmount": 150.5}])
    await house.edit(lines={"l1": {"description": "Call-out, Sunday"}})
    await house.drain()
    [line] = (await house.in_app())["lines"]
    assert (line["description"], line["unit_price"]) == ("Call-out, Sunday", "150.50")
    await assert_alike(house)
    assert await house.conflicts() == []
