"""An export into an organisation that was used before: what is there is adopted, and nothing is made twice (I2)."""

from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.exporting import exported, let_wait, look, outcomes, report, state_of_xero, tell
from tests.scenarios.house import House, Json
from tests.scenarios.test_items import PIPE, TAP, items_in_xero, send
from tests.scenarios.troubles import contacts_in_xero, numbers_in_xero, writes_since

KIM: Json = {"Name": "Kim Tran", "EmailAddress": "kim@example.com"}
DAY: Json = {"issued_on": "2026-07-01", "due_on": "2026-07-15"}


async def was_in_xero(house: House, number: str, amount: int = 110, **more: Any) -> None:
    """Somebody wrote this invoice in Xero, or another program did, before the two were joined."""
    line = {
        "Description": "Call-out",
        "Quantity": 1,
        "UnitAmount": amount,
        "AccountCode": "260",
        "TaxType": "OUTPUT",
    }
    invoice = {
        "InvoiceNumber": number,
        "Status": "AUTHORISED",
        "LineAmountTypes": "Inclusive",
        "Date": "2026-07-01",
        "DueDate": "2026-07-15",
        "Reference": "PO 1",
        "Contact": KIM,
        "LineItems": [line],
    }
    await house.at_xero("invoices", **invoice | more)


async def use_before(house: House) -> None:
    """The organisation has a customer, a product and two invoices; the app has the same, and more, and waits."""
    await house.choose(import_from_xero="off", items="on")
    await house.at_xero("contacts", **KIM)
    await house.at_xero("items", Code="tap", Name="Old tap")
    await was_in_xero(house, "N-inv_1")
    await house.at_xero("invoices/N-inv_1/payments", Date="2026-07-09")
    await was_in_xero(house, "N-inv_2", amount=90)
    await send(house, TAP, PIPE)
    payment = {"id": "p1", "amount": "110.00", "paid_on": "2026-07-10", "method": "card"}
    await house.write("inv_1", **DAY, status="paid", payments=[payment])
    await house.write("inv_2", **DAY)
    lines = [{"id": "l1", "description": "Tap", "unit_price": "110.00", "tax": "gst", "item_code": "TAP"}]
    await house.write(
        "inv_3", **DAY, lines=lines, contact={"id": "cus_2", "name": "Robin Hood", "email": None}
    )
    await house.write("inv_4", **DAY, status="draft", contact={"id": "cus_3", "name": "Lee", "email": None})
    await let_wait(house)
    await house.drain()


@pytest.mark.proof
async def test_i2_n11_what_is_there_is_adopted_and_nothing_is_made_twice(house: House) -> None:
    """Customers by name and e-mail, products by code, invoices by number where everything agrees, payments with them;
    foreseen by a dry run, which changes nothing (I2, N11).
    """
    await use_before(house)
    before, since = await state_of_xero(house), await house.last_call()
    dry = await exported(house, "payments", all_contacts=True)
    assert await state_of_xero(house) == before
    assert [call["path"].rpartition("/")[2] for call in await house.calls(since)] == [
        "Contacts",
        "Items",
        "Invoices",
    ]
    things = await report(house, dry)
    wanted = {
        "contact": {"cus_1": "adopted", "cus_2": "created", "cus_3": "created"},
        "item": {"prd_pipe": "created", "prd_tap": "adopted"},
        "invoice": {"inv_1": "adopted", "inv_2": "held", "inv_3": "created", "inv_4": "skipped"},
        "payment": {"p1": "adopted"},
    }
    assert {kind: outcomes(things, kind, "planned") for kind in wanted} == wanted
    [held] = [thing for thing in things if thing["planned"] == "held"]
    assert (held["code"], "its total is 90.00" in held["message"]) == ("number_taken", True)

    await tell(house, dry, "start")
    await house.drain()
    assert (await look(house, dry))["state"] == "done"
    things = await report(house, dry)
    assert {kind: outcomes(things, kind) for kind in wanted} == wanted
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2", "N-inv_3"]
    assert sorted(await items_in_xero(house)) == ["PIPE", "tap"]
    assert sorted(each["Name"] for each in await contacts_in_xero(house)) == ["Kim Tran", "Lee", "Robin Hood"]
    await assert_alike(house, "inv_1")
    paid = await house.in_xero("N-inv_1")
    assert (paid["Status"], len(paid["Payments"]), paid["LineItems"][0]["AccountCode"]) == ("PAID", 1, "260")
    assert [payment["id"] for payment in (await house.in_app("inv_1"))["payments"]] == ["p1"]
    assert (await house.in_xero("N-inv_3"))["LineItems"][0]["ItemCode"] == "tap"

    since = await house.last_call()
    again = await exported(house, "payments", dry_run=False)
    assert await writes_since(house, since) == []
    found = {outcome for thing in await report(house, again) for outcome in [thing["outcome"]]}
    assert found == {"unchanged", "held", "skipped"}
