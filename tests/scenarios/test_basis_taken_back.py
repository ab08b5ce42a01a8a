"""A decision about how amounts are is taken back with the money that it was taken with, and no other (FEATURES N12)."""

from decimal import Decimal

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_basis import EXCLUSIVE, REPRICED, TAP, edit_both, resolve, totals
from tests.scenarios.test_lines import XERO_TAP, two_lines

XERO_PRICE: Json = {"LineItems": [{"index": 0, "UnitAmount": 132}]}
MONEY_SINCE: dict[str, tuple[Json, Json, str]] = {
    "a line that the app added": ({"lines": TAP}, {}, "lines/l3"),
    "a line that was added in Xero": ({}, {"LineItems": [XERO_TAP]}, "lines/"),
    "another price in the app": ({"lines": {"l2": {"unit_price": "33.00"}}}, {}, "lines/l2/unit_price"),
    "another price in Xero": ({}, {"LineItems": [{"index": 1, "UnitAmount": 33}]}, "lines/l2/unit_price"),
}


async def take_back(house: House, resolution: Json) -> Json:
    """The wish to take a decision back, with what became of it."""
    asked = await house._json(house.api.post(f"{house.path}/resolutions/{resolution['id']}/undo", json={}))
    await house.drain()
    return dict(await house._json(house.api.get(f"{house.path}/resolutions/{asked['id']}")))


async def regret(house: House, *paths: str, action: str) -> list[Json]:
    """A person turns round what the policy decided at these paths, in one call."""
    conflicts = [conflict for conflict in await house.conflicts() if conflict["path"] in paths]
    wishes = [{"conflict_id": conflict["id"], "action": action} for conflict in conflicts]
    answer = await house._json(house.api.post(f"{house.path}/resolutions", json={"resolutions": wishes}))
    await house.drain()
    return [dict(each["resolution"]) for each in answer["data"]]


@pytest.mark.parametrize("since", MONEY_SINCE)
@pytest.mark.parametrize("action", ["take_partner", "take_xero"])
async def test_money_said_since_keeps_the_basis_that_it_was_said_under(
    house: House, since: str, action: str
) -> None:
    """Whatever came with a price after the decision: the decision stands, its undo says what was edited, all agree."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    await edit_both(house, EXCLUSIVE, XERO_PRICE)
    decided = await resolve(house, (await house.conflicts())[0], action)
    app, xero, path = MONEY_SINCE[since]
    await edit_both(house, app, xero)
    before = await totals(house)
    undone = await take_back(house, decided)
    assert undone["state"] == "not_possible"
    assert path in undone["reason"]
    await assert_alike(house)
    assert (await totals(house), (await house.in_xero())["LineAmountTypes"]) == (before, basis_of(action))


def basis_of(action: str) -> str:
    """The basis of the side that was taken."""
    return "Exclusive" if action == "take_partner" else "Inclusive"


async def test_words_said_since_do_not_keep_it(house: House) -> None:
    """A description, a line of words and a line less mean the same under every basis: each side has its own again."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    await edit_both(house, EXCLUSIVE, XERO_PRICE)
    decided = await resolve(house, (await house.conflicts())[0], "take_partner")
    words: Json = {"description": "Thank you", "quantity": None, "unit_price": None}
    await edit_both(house, {"lines": {"l2": None, "l3": words}, "reference": "PO 2"}, {})
    undone = await take_back(house, decided)
    assert undone["state"] in ("waiting", "done")
    assert await house.held_as() == "conflict_held"
    assert await totals(house) == (Decimal("121.00"), Decimal("132.00"))


async def test_a_price_is_not_put_back_under_another_basis(house: House) -> None:
    """A decision about a price, and then another basis: the old price was never said under it."""
    await house.choose(conflict_policy="xero_wins")
    await two_lines(house)
    await edit_both(house, {"lines": {"l1": {"unit_price": "99.00"}}}, XERO_PRICE)
    [decided] = await regret(house, "lines/l1/unit_price", action="take_partner")
    await edit_both(house, EXCLUSIVE, {})
    before = await totals(house)
    undone = await take_back(house, decided)
    assert (undone["state"], "amounts_are" in undone["reason"]) == ("not_possible", True)
    await assert_alike(house)
    assert await totals(house) == before


@pytest.mark.proof
async def test_what_was_turned_round_whole_is_taken_back_newest_first(house: House) -> None:
    """Basis and lines in turn: the basis waits for the prices that were decided with it."""
    await house.choose(conflict_policy="xero_wins")
    await two_lines(house)
    await edit_both(house, REPRICED, XERO_PRICE)
    paths = ["amounts_are", "lines/l1", "lines/l2"]
    decided = await regret(house, *paths, action="take_partner")
    assert await totals(house) == (Decimal("146.30"), Decimal("146.30"))
    newest_first = sorted(decided, key=lambda each: paths.index(each["fields"][0]["path"]), reverse=True)
    for each in newest_first:
        assert (await take_back(house, each))["state"] == "done"
    await assert_alike(house)
    assert await totals(house) == (Decimal("169.50"), Decimal("169.50"))
