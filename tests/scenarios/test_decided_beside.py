"""A person decides about one of two fields that say one fact, while somebody edits the other one.

The edit was known to nobody when the person looked, and is known when the decision is carried out: a round that had
begun before took it in.
"""

from typing import Any

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_decisions import resolve, state_of
from tests.scenarios.troubles import app_fault, ask, in_the_middle


async def disagree(house: House, app: Json, xero: Json) -> Json:
    """Both sides edit the first line, and the newer edit stands; the conflict of it."""
    await app_fault(house, lose_outgoing_next=1)
    await house.edit(lines={"l1": app})
    await house.edit_xero(LineItems=[{"index": 0, **xero}])
    await house.drain()
    [conflict] = await house.conflicts()
    return conflict


async def decide_while_xero_is_read(
    house: House, conflict: Json, xero: Json, action: str = "merged", index: int = 0, **more: Any
) -> tuple[str, str]:
    """Somebody edits a line in Xero, and a person decides before that is known; what came of it, and why."""
    await house.edit_xero(LineItems=[{"index": index, **xero}])
    await ask(house.xero.post("/webhooks/flush"))
    await house.parts.xero_webhooks.take_in()
    async with in_the_middle(house, "GET", "/Invoices"):
        resolution = await resolve(house, conflict, action, **more)
    await house.drain()
    state, reason = await state_of(house, resolution)
    return state, str(reason)


async def test_an_edit_of_a_discounts_other_form_overtakes_a_decision(house: House) -> None:
    """A line has one discount: the amount that was given in Xero meanwhile stands, and the person is told."""
    await house.write()
    await house.edit(lines={"l1": {"discount_rate": "10"}})
    await house.drain()
    conflict = await disagree(house, {"discount_rate": "30"}, {"DiscountRate": 0})
    new, values = {"DiscountAmount": 5}, {conflict["path"]: "15"}
    state, reason = await decide_while_xero_is_read(house, conflict, new, values=values)
    assert (state, "lines/l1/discount_amount was edited since" in reason) == ("overtaken", True), reason
    [in_xero] = (await house.in_xero())["LineItems"]
    assert in_xero["DiscountAmount"] == 5
    await assert_alike(house)


async def test_an_edit_of_the_other_word_overtakes_a_decision(house: House) -> None:
    """Category and account are one fact: the account that was chosen in Xero meanwhile stands in the app too."""
    accounts = (await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"})))["data"][:4]
    codes = [each["code"] for each in accounts]
    words = zip(("general", "labour"), (each["account_id"] for each in accounts), strict=False)
    await house.choose(revenue_accounts=dict(words))
    await house.write()
    await house.drain()
    conflict = await disagree(house, {"category": "labour"}, {"AccountCode": codes[2]})
    assert conflict["path"] == "lines/l1/category"
    new, values = {"AccountCode": codes[3]}, {conflict["path"]: "labour"}
    state, reason = await decide_while_xero_is_read(house, conflict, new, values=values)
    assert (state, "lines/l1/account was edited since" in reason) == ("overtaken", True), reason
    [in_app], [in_xero] = (await house.in_app())["lines"], (await house.in_xero())["LineItems"]
    assert (in_app["category"], in_xero["AccountCode"]) == (f"xero:{codes[3]}", codes[3])
    await assert_alike(house)
