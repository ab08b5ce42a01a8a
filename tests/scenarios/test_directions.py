"""What does not travel stays where it is, on both sides at once, and is merged when its direction opens (E5, E7)."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import contact_in_app, contact_in_xero, edit_contact, edit_contact_in_xero
from tests.scenarios.house import House, Json
from tests.scenarios.test_gate import write_in_xero
from tests.scenarios.troubles import ask

KIM: Json = {"id": "cus_1", "name": "Kim Tran", "email": "kim@example.com", "phone": "0400 000 000"}


async def reason(house: House, invoice_id: str = "inv_1") -> tuple[str, str | None]:
    """Where an invoice stands, and why."""
    shown = await house.resource(invoice_id)
    return shown["state"], shown["reason"] and shown["reason"]["code"]


async def writes_since(house: House, call: int) -> list[str]:
    """What was written to Xero since then."""
    return [each["method"] for each in await house.calls(call) if each["method"] != "GET"]


@pytest.mark.proof
async def test_e5_fields_that_go_one_way_are_kept_apart_and_merged_when_they_open(house: House) -> None:
    """Xero's descriptions and the app's reference stay on their sides, whatever else goes on; nothing is undone."""
    await house.choose(fields={"lines/*/description": "to_xero", "reference": "to_partner"})
    await house.write(reference="PO app")
    await house.drain()
    assert (await house.in_xero())["Reference"] == ""
    await house.edit_xero(LineItems=[{"index": 0, "Description": "Call-out (Xero)"}], DueDate="2077-03-01")
    await house.drain()
    assert (await house.in_app())["due_on"] == "2077-03-01"
    assert (await house.in_app())["lines"][0]["description"] == "Call-out"
    assert await reason(house) == ("settled", "kept_apart")
    await house.edit(lines={"l1": {"unit_price": "120.00"}})
    await house.drain()
    [line] = (await house.in_xero())["LineItems"]
    assert (line["Description"], line["UnitAmount"]) == ("Call-out (Xero)", 120)
    before = await house.last_call()
    await house.sweep()
    await house.wait()
    assert await writes_since(house, before) == []
    assert await house.conflicts() == []

    await house.choose(fields={"lines/*/description": None, "reference": None})
    await house.drain()
    assert (await house.in_app())["lines"][0]["description"] == "Call-out (Xero)"
    assert (await house.in_xero())["Reference"] == "PO app"
    await assert_alike(house)
    assert await house.conflicts() == []


@pytest.mark.proof
async def test_an_edit_of_both_sides_is_decided_by_the_direction_or_when_it_opens(house: House) -> None:
    """One way: the app's word stands, and Xero's is kept. Neither way: each keeps its own until the policy decides."""
    await house.write()
    await house.drain()
    await house.choose(fields={"reference": "to_xero", "due_on": "off"})
    await house.edit_xero(Reference="PO xero", DueDate="2077-04-01")
    await house.edit(reference="PO app", due_on="2077-05-01")
    await house.drain()
    assert ((await house.in_xero())["Reference"], (await house.in_app())["due_on"]) == (
        "PO app",
        "2077-05-01",
    )
    assert (await house.in_xero())["DueDateString"][:10] == "2077-04-01"
    [conflict] = await house.conflicts()
    assert conflict["values"] == {"base": "PO 1", "partner": "PO app", "xero": "PO xero"}
    assert (conflict["winner"], conflict["policy"], conflict["policy_field"]) == (
        "partner",
        "to_xero",
        "reference",
    )
    told = await ask(house.api.get(f"{house.path}/conflicts/{conflict['id']}"))
    assert "It goes to Xero and not back, so the app's word stood." in told["explanation"]
    assert [choice["action"] for choice in told["choices"]] == ["take_partner", "merged", "relink"]
    wish = f"{house.path}/conflicts/{conflict['id']}/resolve"
    refused = await house.api.post(wish, json={"action": "take_xero"})
    assert (refused.status_code, "do not travel to the app" in refused.text) == (409, True)
    why = await ask(house.api.get(f"{house.path}/invoices/inv_1/why"))
    assert (why["code"], "due_on" in why["verdict"]) == ("kept_apart", True)
    planned = await ask(house.api.get(f"{house.path}/invoices/inv_1/plan"))
    assert (planned["outcome"], planned["reason"]["code"], planned["steps"]) == ("nothing", "kept_apart", [])
    compared = await ask(house.api.get(f"{house.path}/comparison"))
    assert "invoices_apart" in {doubt["code"] for doubt in compared["against"]}
    await house.choose(fields={"due_on": None})
    await house.drain()
    assert (await house.in_app())["due_on"] == "2077-04-01"
    assert [(each["path"], each["policy"]) for each in await house.conflicts()][1:] == [
        ("due_on", "xero_wins")
    ]
    await house.choose(fields={"reference": None})
    await house.drain()
    await assert_alike(house)


async def test_e5_payments_that_only_come_are_neither_made_nor_taken_back(house: House) -> None:
    """A business that books its money in Xero: the app hears of it, and what the app says of it stays there."""
    await house.choose(directions={"payments": "to_partner"})
    await house.write(payments=[{"id": "p1", "amount": "30.00", "paid_on": "2026-11-20", "method": "card"}])
    await house.drain()
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    assert [payment["Amount"] for payment in (await house.in_xero())["Payments"]] == [40]
    assert sorted(payment["amount"] for payment in (await house.in_app())["payments"]) == ["30.00", "40.00"]
    assert await reason(house) == ("settled", "kept_apart")
    await house.choose(directions={"payments": None})
    await house.drain()
    await assert_alike(house)
    assert (await house.in_xero())["AmountDue"] == 40


@pytest.mark.proof
async def test_e5_e7_invoices_that_only_go_to_xero(house: House) -> None:
    """Neither an edit, nor a void, nor an invoice born in Xero comes to the app, until the way opens."""
    await house.choose(directions={"invoices": "to_xero"})
    for number in (1, 2):
        await house.write(f"inv_{number}")
    await house.drain()
    await write_in_xero(house, "X-1")
    await house.edit_xero("N-inv_1", Reference="PO xero")
    await house.at_xero("invoices/N-inv_2/void")
    await house.drain()
    assert len(await house.list_in_app()) == 2
    assert (await house.in_app("inv_1"))["reference"] == "PO 1"
    assert (await house.in_app("inv_2"))["status"] == "sent"
    assert await reason(house, "inv_2") == ("settled", "kept_apart")
    await house.edit("inv_2", due_on="2077-06-01")
    await house.drain()
    assert await house.held_as("inv_2") == "cancelled_in_xero"

    await house.choose(directions={"invoices": "both"})
    await house.drain()
    assert (await house.in_app("inv_2"))["status"] == "cancelled"
    assert len(await house.list_in_app()) == 3
    await assert_alike(house, "inv_1")


@pytest.mark.proof
async def test_e7_invoices_that_only_come_stay_at_home_and_go_when_the_way_opens(house: House) -> None:
    """With the reason, and without a call; a customer's phone number that is closed is not sent with the first."""
    await house.choose(directions={"invoices": "to_partner"}, fields={"contact.phone": "to_partner"})
    before = await house.last_call()
    await house.write(contact=KIM)
    await house.drain()
    assert await reason(house) == ("settled", "invoices_stay_home")
    assert await writes_since(house, before) == []
    await house.choose(directions={"invoices": None})
    await house.drain()
    assert await reason(house) == ("settled", None)
    numbers = {phone["PhoneNumber"] for phone in (await contact_in_xero(house))["Phones"]}
    assert not any("000" in number for number in numbers)
    await edit_contact(house, phone="0400 111 111", email="new@example.com")
    await house.drain()
    assert (await contact_in_xero(house))["EmailAddress"] == "new@example.com"
    await house.choose(fields={"contact.phone": None})
    await house.drain()
    assert any("111" in phone["PhoneNumber"] for phone in (await contact_in_xero(house))["Phones"])
    await edit_contact_in_xero(house, FirstName="Kim")
    await house.drain()
    assert (await contact_in_app(house))["first_name"] == "Kim"
