"""Payments on both sides: made and taken back, never edited; whoever pays, both show it paid once."""

from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.test_legality import LONGER_THAN_FACTS_ARE_KEPT, pass_timer


async def sent(house: House, **document: Any) -> None:
    """An invoice of 110.00 stands on both sides."""
    await house.write(**document)
    await house.drain()


async def pay(house: House, amount: str, **payment: Any) -> None:
    """A person takes a payment in the app."""
    await house._json(house.app.post("/invoices/inv_1/payments", json={"amount": amount} | payment))


async def listed(house: House) -> list[str]:
    """The amounts of all payments that Plumbline lists of the business, which lists them by their ids."""
    payments = (await house._json(house.api.get(f"{house.path}/payments")))["data"]
    return sorted(each["amount"] for each in payments)


async def test_t23_paid_in_xero_in_parts_and_taken_back(house: House) -> None:
    """Part, then the rest: the app shows it paid, and the payments are listed; deleted in Xero: unpaid again."""
    await sent(house)
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    document = await house.in_app()
    assert (document["status"], [p["amount"] for p in document["payments"]]) == ("sent", ["40.00"])
    assert document["payments"][0]["id"].startswith("xero-")
    await house.at_xero("invoices/N-inv_1/payments")
    await house.drain()
    assert (await house.in_app())["status"] == "paid"
    assert await listed(house) == ["40.00", "70.00"]
    await assert_alike(house)
    await house.unpay_at_xero()
    await house.drain()
    document = await house.in_app()
    assert (document["status"], document["payments"], await listed(house)) == ("sent", [], [])
    await assert_alike(house)


async def test_t23_paid_in_the_app_in_parts_and_taken_back(house: House) -> None:
    """Each payment of the app is booked in Xero once; one removed in the app is deleted there."""
    await sent(house)
    await pay(house, "40.00", method="card")
    await house.drain()
    assert (await house.in_xero())["AmountDue"] == 70
    await pay(house, "70.00")
    await house.drain()
    assert (await house.in_xero())["Status"] == "PAID"
    await assert_alike(house)
    payments = (await house.in_app())["payments"]
    assert [payment["method"] for payment in payments] == ["card", None]
    await house.edit(payments=payments[:1], status="sent")
    await house.drain()
    assert (await house.in_xero())["AmountDue"] == 70
    await assert_alike(house)


@pytest.mark.proof
async def test_paid_without_payments_means_one_of_what_is_due(house: House) -> None:
    """An app that only knows "paid": what was still due is booked; unpaid again takes it back."""
    await sent(house)
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    await house.edit(status="paid")
    await house.drain()
    invoice = await house.in_xero()
    assert (invoice["Status"], sorted(p["Amount"] for p in invoice["Payments"])) == ("PAID", [40, 70])
    assert (await house.resource())["state"] == "settled"
    await house.edit(status="sent")
    await house.drain()
    assert (await house.in_xero())["AmountDue"] == 70
    assert (await house.resource())["record"]["status"] == "sent"

    await house.write("inv_2", status="paid", payments=None)
    await house.drain()
    assert (await house.in_xero("N-inv_2"))["Status"] == "PAID"
    await house.unpay_at_xero("N-inv_2")
    await house.drain()
    assert (await house.in_app("inv_2"))["status"] == "sent"
    assert (await house.resource("inv_2"))["state"] == "settled"


async def test_paid_on_both_sides_at_once(house: House) -> None:
    """The second payment is refused by Xero, and held with its words until a person takes one away."""
    await sent(house)
    await house.at_xero("invoices/N-inv_1/payments", Amount=110)
    await pay(house, "110.00")
    await house.drain()
    assert await house.held_as() == "payment_exceeds_due"
    assert (
        "outstanding" in (await house.resource())["reason"]["message"]
        or "Payments" in (await house.resource())["reason"]["message"]
    )
    payments = (await house.in_app())["payments"]
    await house.edit(payments=[payment for payment in payments if payment["id"].startswith("xero-")])
    await house.drain()
    await assert_alike(house)
    assert len((await house.in_xero())["Payments"]) == 1


async def test_marked_paid_in_the_app_while_the_money_is_booked_in_xero(house: House) -> None:
    """Both say the same, that it is paid: it is paid once, and nobody has to do anything."""
    await sent(house, payments=None)
    await house.at_xero("invoices/N-inv_1/payments", Amount=110)
    await house.edit(status="paid")
    await house.drain()
    assert (await house.resource())["reason"] is None
    assert (await house.in_app())["status"] == "paid"
    assert len((await house.in_xero())["Payments"]) == 1
    assert len((await house.resource())["record"]["payments"]) == 1


async def test_a_payment_waits_for_the_account_to_book_it_to(house: House) -> None:
    """Without a payment account the invoice goes and its payment is held; choosing one cures it."""
    [bank, *_] = (await house._json(house.api.get(f"{house.path}/accounts", params={"fit_for": "payments"})))[
        "data"
    ]
    await house.choose(payment_account=None)
    await sent(house, payments=[{"id": "p1", "amount": "110.00", "paid_on": "2026-11-20"}], status="paid")
    assert (await house.in_xero())["AmountDue"] == 110
    assert await house.held_as() == "payment_account_missing"
    await house.edit(reference="goes on")
    await house.drain()
    assert ((await house.in_xero())["Reference"], await house.held_as()) == (
        "goes on",
        "payment_account_missing",
    )
    await house.choose(payment_account=bank["account_id"])
    await house.drain()
    await assert_alike(house)


@pytest.mark.proof
async def test_amounts_of_a_paid_invoice_are_locked_and_the_rest_goes_through(house: House) -> None:
    """What Xero still takes goes in the same moment; the price waits, and goes when the payment was taken back."""
    await sent(house)
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    await house.edit(
        reference="PO 9", lines={"l1": {"description": "Call-out, Sunday", "unit_price": "150.00"}}
    )
    await house.drain()
    assert await house.held_as() == "paid_locked"
    assert "unit price" in (await house.resource())["reason"]["message"]
    invoice = await house.in_xero()
    assert (invoice["Reference"], invoice["LineItems"][0]["Description"]) == ("PO 9", "Call-out, Sunday")
    assert invoice["Total"] == 110
    await house.edit_xero(DueDate="2077-03-01", Reference="PO 10")
    await house.drain()
    assert (await house.in_app())["due_on"] == "2077-03-01"
    await house.unpay_at_xero()
    await house.drain()
    assert (await house.in_xero())["Total"] == 150
    await assert_alike(house)


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["cut_after", "cut_before"])
async def test_a_payment_changed_in_the_app_outlives_a_cut_between_the_old_and_the_new(
    house: House, kind: str
) -> None:
    """The answer to its removal is lost: that it is gone in Xero was our doing, and the new amount is paid."""
    await sent(house)
    await pay(house, "50.00", method="card")
    await house.drain()
    [paid] = (await house.in_app())["payments"]
    await house.fault(kind, "POST", "/Payments")
    await house.edit(payments=[paid | {"amount": "60.00"}])
    await house.drain()
    await house.wait()
    assert [payment["Amount"] for payment in (await house.in_xero())["Payments"]] == [60]
    assert [payment["amount"] for payment in (await house.in_app())["payments"]] == ["60.00"]
    assert await house.conflicts() == []
    await assert_alike(house)


async def test_a_payment_of_before_the_lock_date_is_known_before_the_call(house: House) -> None:
    """An invoice dated after it goes, and its deposit waits, with the date in the way; unlocked, it is booked."""
    await house.set_facts(period_lock_date="2026-06-30")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.sweep()
    taken = {"id": "p1", "amount": "50.00", "paid_on": "2026-06-20", "method": None}
    await house.write(issued_on="2026-07-15", due_on="2026-08-01", payments=[taken])
    await house.drain()
    assert (await house.in_xero())["Status"] == "AUTHORISED"
    reason = (await house.resource())["reason"]
    assert (reason["code"], "payment is dated 2026-06-20" in reason["message"]) == ("locked_period", True)
    assert not [call for call in await house.calls() if "/Payments" in call["path"]]
    await house.set_facts(period_lock_date=None)
    await pass_timer(house)
    await assert_alike(house)


async def test_a_payment_is_not_lost_for_a_date_that_xero_will_not_take(house: House) -> None:
    """The app dates it back into locked books: what is booked stays in Xero until the date can be what it should."""
    await house.set_facts(period_lock_date="2026-06-30")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await sent(house, issued_on="2026-07-15", due_on="2026-08-01")
    await pay(house, "50.00", paid_on="2026-07-20")
    await house.drain()
    await assert_alike(house)
    [paid] = (await house.in_app())["payments"]
    await house.edit(payments=[paid | {"paid_on": "2026-06-20"}])
    await house.drain()
    assert await house.held_as() == "locked_period"
    assert [payment["Amount"] for payment in (await house.in_xero())["Payments"]] == [50]
    await house.edit(payments=[paid | {"paid_on": "2026-07-01"}])
    await house.drain()
    await assert_alike(house)
