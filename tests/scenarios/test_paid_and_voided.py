"""Money that was taken for an invoice that is no more is told, until a person has dealt with it."""

from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_agreement import make_in_xero
from tests.scenarios.troubles import standing

TAKEN = {"id": "p1", "amount": "40.00", "paid_on": "2026-11-20", "method": "cash"}
DEPOSIT = {"id": "d1", "kind": "prepayment", "amount": "40.00", "applied_on": "2026-11-20"}


async def sent(house: House, **document: Any) -> None:
    """An invoice of 110.00 stands on both sides."""
    await house.write(**document)
    await house.drain()


async def reason(house: House) -> Json:
    """Why it is held."""
    return dict((await house.resource())["reason"])


async def test_a_payment_taken_while_the_invoice_is_voided_in_xero_is_told(house: House) -> None:
    """The app's invoice is cancelled with Xero's, and waits with the payment by name until it is taken back there."""
    await sent(house)
    await house.edit(payments=[TAKEN])
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    document = await house.in_app()
    assert (document["status"], document["payments"]) == ("cancelled", [TAKEN])
    assert await house.held_as() == "payment_on_voided"
    assert "40.00 by cash on 2026-11-20" in (await reason(house))["message"]
    assert "new invoice" in (await reason(house))["cure"]
    await house.edit(reference="asked the customer")
    await house.drain()
    assert await house.held_as() == "payment_on_voided"
    await house.edit(payments=[])
    await house.drain()
    await assert_alike(house)
    assert await house.conflicts() == []


async def test_a_payment_on_a_voided_invoice_goes_on_with_a_new_one(house: House) -> None:
    """It was taken after the void was known; on the new invoice it is booked, and off the old one both are settled."""
    await sent(house)
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    await assert_alike(house)
    await house.edit(payments=[TAKEN])
    await house.drain()
    assert await house.held_as() == "payment_on_voided"
    await house.write("inv_2", payments=[TAKEN])
    await house.edit(payments=[])
    await house.drain()
    await assert_alike(house)
    await assert_alike(house, "inv_2")
    assert (await house.in_xero("N-inv_2"))["AmountPaid"] == 40


async def open_differences(house: House) -> list[Json]:
    """The discrepancies that a person should look at."""
    page = await house._json(house.api.get(f"{house.path}/discrepancies", params={"state": "open"}))
    return list(page["data"])


@pytest.mark.parametrize("content", ["xero", "partner"])
@pytest.mark.parametrize("is_booked", [False, True])
async def test_money_on_a_voided_invoice_goes_to_the_one_that_stands_in_its_place(
    house: House, content: str, is_booked: bool
) -> None:
    """The office voided it and made another: linked to that, the money is booked there, or is there already, once."""
    await sent(house)
    await house.edit(payments=[TAKEN])
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    other = await make_in_xero(house, "X-9")
    if is_booked:
        await house.at_xero("invoices/X-9/payments", Amount=40)
    await house.drain()
    [found] = await open_differences(house)
    assert (found["kind"], await house.held_as()) == ("payment_on_voided", "payment_on_voided")
    path, wish = f"{house.path}/discrepancies/{found['id']}", {"action": "relink", "content": content}
    assert "relink" in [choice["action"] for choice in (await house._json(house.api.get(path)))["choices"]]
    await house._json(house.api.post(f"{path}/resolve", json=wish | {"xero_id": other["InvoiceID"]}))
    await house.drain()
    assert await standing(house) == ("settled", None)
    invoice, document = await house.in_xero("X-9"), await house.in_app()
    assert (invoice["Status"], [each["Amount"] for each in invoice["Payments"]]) == ("AUTHORISED", [40])
    assert (document["status"], [each["id"] for each in document["payments"]]) == ("sent", ["p1"])
    assert f"{invoice['Total']:.2f}" == ("108.90" if content == "xero" else "110.00")
    assert (await house.in_xero("N-inv_1"))["Status"] == "VOIDED"
    assert await open_differences(house) == []


async def test_what_paid_stands_for_is_told_on_a_voided_invoice(house: House) -> None:
    """The app says the word alone: the money is named all the same, and no payments at all take it back."""
    await sent(house, payments=None)
    await house.edit(status="paid")
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    assert await house.held_as() == "payment_on_voided"
    assert "110.00" in (await reason(house))["message"]
    await house.edit(payments=[])
    await house.drain()
    await assert_alike(house)


async def test_a_deposit_on_a_voided_invoice_is_told_and_a_credit_note_is_not(house: House) -> None:
    """A deposit is money, of which Xero has nothing; a credit note that was not made is owed to nobody."""
    await sent(house)
    await house.edit(credits=[DEPOSIT, DEPOSIT | {"id": "c1", "kind": "credit_note", "amount": "10.00"}])
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    assert await house.held_as() == "payment_on_voided"
    assert "deposit of 40.00 on 2026-11-20" in (await reason(house))["message"]
    await house.edit(credits=[])
    await house.drain()
    await assert_alike(house)


async def test_an_invoice_is_not_voided_while_the_app_shows_a_payment_that_xero_never_had(
    house: House,
) -> None:
    """Cancelled with a payment that comes at once, or waits for its account: the void, which is final, waits too."""
    await sent(house)
    await house.edit(payments=[TAKEN], status="cancelled")
    await house.drain()
    assert await standing(house) == ("held", "void_blocked_by_payment")
    assert "40.00 by cash on 2026-11-20" in (await reason(house))["message"]
    assert (await house.in_xero())["Status"] == "AUTHORISED"
    await house.edit(status="sent")
    await house.drain()
    await assert_alike(house)
    assert (await house.in_xero())["AmountPaid"] == 40
    await house.edit(payments=[], status="cancelled")
    await house.drain()
    await assert_alike(house)


async def test_a_payment_that_does_not_go_to_xero_keeps_no_void(house: House) -> None:
    """By the settings payments stay in the app: nothing of them is missed in Xero."""
    await house.choose(directions={"payments": "off", "credits": "off"})
    await sent(house)
    await house.edit(payments=[TAKEN])
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    assert (await house.resource())["state"] == "settled"
    await sent(house, invoice_id="inv_2", payments=[TAKEN])
    await house.edit("inv_2", status="cancelled")
    await house.drain()
    assert (await house.in_xero("N-inv_2"))["Status"] == "VOIDED"
    assert (await house.resource("inv_2"))["state"] == "settled"
