"""What both sides' edits come to, and neither would have sent: the app goes on with it, and is not refused."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.test_gate import write_in_xero
from tests.scenarios.test_lines import named, two_lines
from tests.scenarios.troubles import app_fault

CREDIT_LINE = {
    "Description": "Rebate",
    "Quantity": 1,
    "UnitAmount": -100,
    "AccountCode": "200",
    "TaxType": "OUTPUT",
}


async def test_it_is_due_before_it_was_issued(house: House) -> None:
    """A person set that at Xero's screen: what the app sends next arrives; it cannot make such an invoice itself."""
    issued_on = (house.clock.now() - timedelta(days=30)).date()
    earlier = (issued_on - timedelta(days=1)).isoformat()
    await house.write(issued_on=issued_on.isoformat(), due_on=issued_on.isoformat())
    await house.drain()
    refused = await house.edit(due_on=earlier)
    answer = await house.api.put(f"{house.path}/invoices/inv_1", json=refused)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, ["due_on"])
    await house.edit(due_on=issued_on.isoformat())
    await house.edit_xero(DueDate=earlier)
    await house.drain()
    assert (await house.in_app())["due_on"] == earlier
    await house.edit(reference="PO 2")
    await house.drain()
    await assert_alike(house)
    assert (await house.in_xero())["Reference"] == "PO 2"


async def test_it_comes_to_less_than_nothing(house: House) -> None:
    """The app takes a line away, Xero adds a rebate: held, and edits arrive, also one that was lost on its way."""
    await two_lines(house)
    await house.edit_xero(LineItems=[CREDIT_LINE])
    await house.edit(lines={"l1": None})
    await house.drain()
    assert (await house.held_as(), named(await house.in_app())) == ("total_below_zero", ["Pipe", "Rebate"])
    await app_fault(house, lose_outgoing_next=1)
    await house.edit(reference="PO 2")
    await house.edit_xero(Reference="PO 3")
    await house.drain()
    assert (await house.in_app())["reference"] == "PO 3"
    shown = await house.in_app()
    stated = shown | {"version": shown["version"] + 1, "total": "-62.50"}
    answer = await house.api.put(f"{house.path}/invoices/inv_1", json=stated)
    assert answer.is_success, answer.text


async def test_its_discount_has_more_places_than_an_app_would_say(house: House) -> None:
    """A third off, as somebody reckoned it for Xero: the app has it exactly, and its edits go on arriving."""
    await house.write()
    await house.drain()
    await house.edit_xero(LineItems=[{"index": 0, "DiscountRate": 33.3333333333}])
    await house.drain()
    assert (await house.in_app())["lines"][0]["discount_rate"] == "33.3333333333"
    await house.edit(reference="PO 2")
    await house.drain()
    await assert_alike(house)
    shown = await house.in_xero()
    assert (shown["Reference"], shown["Total"]) == ("PO 2", 73.33)


@pytest.mark.proof
async def test_it_has_more_lines_than_anybody_writes_by_hand(house: House) -> None:
    """A program wrote them into Xero: the app has every one, and its edits go on arriving."""
    line = {"Quantity": 1, "UnitAmount": 1, "AccountCode": "200", "TaxType": "OUTPUT"}
    await house.write()
    await house.drain()
    await house.edit_xero(LineItems=[line | {"Description": f"Part {number}"} for number in range(520)])
    await house.drain()
    last = (await house.in_app())["lines"][-1]
    assert last["description"] == "Part 519"
    await house.edit(reference="PO 2", lines={last["id"]: {"quantity": "3"}})
    await house.drain()
    await assert_alike(house)
    assert (await house.in_xero())["Total"] == 110 + 520 + 2


async def test_it_is_in_a_currency_that_was_added_in_xero_a_moment_ago(house: House) -> None:
    """Born in Xero before the organisation's facts are read again: the app's edits arrive, in no third currency."""
    await house.set_facts(currencies=["USD"])
    await write_in_xero(house, "X-1", CurrencyCode="USD")
    await house.drain()
    [document] = await house.list_in_app()
    assert document["currency"] == "USD"
    await house.edit(document["id"], reference="PO 2")
    await house.drain()
    assert (await house.in_xero("X-1"))["Reference"] == "PO 2"
    await assert_alike(house, document["id"])
    edited = await house.in_app(document["id"])
    other = edited | {"version": edited["version"] + 1, "currency": "NZD"}
    answer = await house.api.put(f"{house.path}/invoices/{document['id']}", json=other)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, ["currency"])


async def test_its_total_below_zero_spoils_no_manifest(house: House) -> None:
    """The app says what it comes to beside all others, and is told what it never sent, as on any day."""
    await two_lines(house)
    await house.edit_xero(LineItems=[CREDIT_LINE])
    await house.edit(lines={"l1": None})
    await house.drain()
    assert await house.held_as() == "total_below_zero"
    below = {"id": "inv_1", "version": (await house.in_app())["version"], "total": "-62.50"}
    for stated, differing in (("-62.50", []), ("62.50", ["inv_1"]), ("-62.50", [])):
        manifest = {
            "invoices": [below | {"total": stated}, {"id": "inv_lost", "version": 1, "total": "5.00"}]
        }
        told = await house._json(house.api.post(f"{house.path}/manifest", json=manifest))
        assert [wanted["id"] for wanted in told["send"]] == ["inv_lost"]
        assert told["total_differs"] == differing
