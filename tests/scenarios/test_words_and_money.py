"""One side takes a line's price away, so that it is words alone, while the other edits what goes with a price."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_decided_beside import decide_while_xero_is_read
from tests.scenarios.test_decisions import resolve
from tests.scenarios.test_lines import two_lines
from tests.scenarios.troubles import app_fault

WORDS_ALONE: Json = {"quantity": None, "unit_price": None, "discount_rate": None}


@pytest.mark.parametrize(
    ("policy", "stands"), [("xero_wins", "10"), ("partner_wins", None), ("hold", "held")], ids=str
)
@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"DiscountRate": 10}, id="rate"),
        pytest.param({"DiscountRate": 10, "Quantity": 4}, id="both", marks=pytest.mark.proof),
    ],
)
async def test_words_alone_here_and_a_discount_there_are_a_conflict(
    house: House, policy: str, stands: str | None, edit: Json
) -> None:
    """A line without a price has no discount: the policy decides over the whole line, and keeps both."""
    await house.choose(conflict_policy=policy)
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 1, **edit}])
    await house.edit(lines={"l2": WORDS_ALONE})
    await house.drain()
    [conflict] = await house.conflicts()
    assert conflict["path"] == "lines/l2"
    assert conflict["values"]["xero"]["discount_rate"] == "10"
    assert conflict["values"]["partner"]["unit_price"] is None
    if stands == "held":
        assert await house.held_as() == "conflict_held"
        await resolve(house, conflict, "take_xero")
        await house.drain()
        stands = "10"
    line = (await house.in_app())["lines"][1]
    assert (line["discount_rate"], line["unit_price"] is None) == (stands, stands is None)
    await assert_alike(house)


async def test_a_discount_that_comes_to_words_alone_is_refused_and_told(house: House) -> None:
    """The app's document was lost, so that Xero's discount goes to it: the app refuses, and both are kept."""
    await two_lines(house)
    await app_fault(house, lose_outgoing_next=1)
    await house.edit(lines={"l2": WORDS_ALONE})
    await house.edit_xero(LineItems=[{"index": 1, "DiscountRate": 10}])
    await house.drain()
    [conflict] = await house.conflicts()
    assert (conflict["path"], conflict["values"]["xero"]["discount_rate"]) == ("lines/l2", "10")
    await assert_alike(house)


async def test_a_decision_over_a_whole_line_meets_a_discount_that_was_given_since(house: House) -> None:
    """A discount by amount is a field that was not there when the person looked; it is not gone over unseen."""
    await house.choose(conflict_policy="hold")
    await two_lines(house)
    await house.edit_xero(LineItems=[{"index": 1, "DiscountRate": 10}])
    await house.edit(lines={"l2": WORDS_ALONE})
    await house.drain()
    [conflict] = await house.conflicts()
    await house.edit_xero(LineItems=[{"index": 1, "DiscountRate": 0}])
    await house.drain()
    new = {"DiscountAmount": 5}
    state, _ = await decide_while_xero_is_read(house, conflict, new, "take_partner", index=1)
    assert state == "overtaken"
    assert (await house.in_xero())["LineItems"][1]["DiscountAmount"] == 5
