"""A payment or credit that the app changes is made anew in Xero; the old one stays while the new one cannot be."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.troubles import writes_since

LONGER_THAN_FACTS_ARE_KEPT = timedelta(hours=7)
PAID = {"id": "p1", "amount": "40.00", "paid_on": "2026-11-20", "method": "card"}

DEPOSIT = PAID | {"id": "p2", "amount": "20.00"}

NOTE = {"id": "c1", "kind": "credit_note", "amount": "40.00", "applied_on": "2026-11-20"}


async def change(house: House, **differing: str) -> str | None:
    """A person changes the payment in the app; why the invoice is held then, with Xero as it was."""
    await house.edit(payments=[PAID | differing])
    await house.drain()
    assert [payment["Amount"] for payment in (await house.in_xero())["Payments"]] == [40]
    return await house.held_as()


async def test_what_was_paid_stays_paid_while_its_change_cannot_be_booked(house: House) -> None:
    """More than is due, in locked books, or by a method without an account; put right, it is made anew."""
    await house.write(payments=[PAID])
    await house.drain()
    since = await house.last_call()
    assert await change(house, amount="150.00") == "payment_exceeds_due"
    await house.set_facts(period_lock_date="2026-10-31")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    assert await change(house, paid_on="2026-10-15") == "locked_period"
    account = (await house._json(house.api.get(f"{house.path}/settings")))["payment_account"]
    await house.choose(payment_account=None)
    assert await change(house, amount="50.00") == "payment_account_missing"
    assert await writes_since(house, since) == []
    await house.choose(payment_account=account)
    await house.drain()
    assert [payment["Amount"] for payment in (await house.in_xero())["Payments"]] == [50]
    await assert_alike(house)


async def test_a_change_within_what_the_old_one_frees_goes(house: House) -> None:
    """Paid in full, and by another amount in two parts: the old one makes room for both."""
    await house.write(payments=[PAID | {"amount": "110.00"}], status="paid")
    await house.drain()
    await house.edit(payments=[PAID | {"amount": "60.00"}, PAID | {"id": "p2", "amount": "50.00"}])
    await house.drain()
    assert sorted(payment["Amount"] for payment in (await house.in_xero())["Payments"]) == [50, 60]
    await assert_alike(house)


async def test_a_credit_stays_while_its_change_cannot_be_applied(house: House) -> None:
    """More than is due, or dated in locked books: the note is not voided for that; put right, it is made anew."""
    await house.write(credits=[NOTE])
    await house.drain()
    await house.set_facts(period_lock_date="2026-10-31")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    since = await house.last_call()
    [given] = (await house.in_app())["credits"]
    for changed, code in (
        (given | {"amount": "150.00"}, "credit_exceeds_due"),
        (given | {"applied_on": "2026-10-15"}, "locked_period"),
    ):
        await house.edit(credits=[changed])
        await house.drain()
        assert (await house.held_as(), (await house.in_xero())["AmountCredited"]) == (code, 40)
    assert await writes_since(house, since) == []
    await house.edit(credits=[given | {"amount": "110.00"}], status="paid")
    await house.drain()
    assert (await house.in_xero())["AmountDue"] == 0
    await assert_alike(house)


async def test_a_deposit_stays_applied_while_more_of_it_is_wanted_than_there_is(house: House) -> None:
    """It cannot grow in Xero, so nothing is taken off; the cure that is named, another entry for the rest, works."""
    deposit = NOTE | {"id": "d1", "kind": "prepayment"}
    await house.write(credits=[deposit])
    await house.drain()
    since = await house.last_call()
    [given] = (await house.in_app())["credits"]
    await house.edit(credits=[given | {"amount": "60.00"}])
    await house.drain()
    assert (await house.held_as(), (await house.in_xero())["AmountDue"]) == ("credit_used_elsewhere", 70)
    assert await writes_since(house, since) == []
    await house.edit(credits=[given, deposit | {"id": "d2", "amount": "20.00"}])
    await house.drain()
    assert (await house.in_xero())["AmountDue"] == 50
    await assert_alike(house)


@pytest.mark.proof
async def test_a_payment_that_came_again_is_taken_back_where_it_stands(house: House) -> None:
    """Deleted in Xero, said again by the app under its id, and taken back: it is the second one that goes, not the dead
    one. Of many, because Xero's ids fall as they may.
    """
    invoices = [f"inv_{n}" for n in range(8)]
    for invoice_id in invoices:
        await house.write(invoice_id, payments=[PAID])
    await house.drain()
    for invoice_id in invoices:
        await house.unpay_at_xero(f"N-{invoice_id}")
    await house.drain()
    for invoice_id in invoices:
        await house.edit(invoice_id, payments=[PAID])
    await house.drain()
    for invoice_id in invoices:
        await assert_alike(house, invoice_id)
        await house.edit(invoice_id, payments=[])
    await house.drain()
    assert [(await house.in_xero(f"N-{each}"))["AmountPaid"] for each in invoices] == [0] * len(invoices)
    for invoice_id in invoices:
        await assert_alike(house, invoice_id)


async def test_what_was_paid_stays_paid_while_another_edit_comes_with_its_change(house: House) -> None:
    """A price is edited in the same document: the payment makes way for it only if it can be booked after it."""
    await house.write(payments=[PAID])
    await house.drain()
    await house.set_facts(period_lock_date="2026-10-31")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    since = await house.last_call()
    await house.edit(lines={"l1": {"unit_price": "150.00"}})
    assert await change(house, paid_on="2026-10-15") == "locked_period"
    assert await change(house, amount="160.00") == "payment_exceeds_due"
    assert await writes_since(house, since) == []
    await house.edit(payments=[PAID | {"amount": "150.00"}], status="paid")
    await house.drain()
    invoice = await house.in_xero()
    assert (invoice["Total"], [payment["Amount"] for payment in invoice["Payments"]]) == (150, [150])
    await assert_alike(house)


async def test_what_was_paid_stays_paid_while_a_credit_is_changed_beside_it(house: House) -> None:
    """The credit is made anew; the payment, which would exceed what that leaves due, waits as it was."""
    await house.write(payments=[PAID], credits=[NOTE])
    await house.drain()
    [given] = (await house.in_app())["credits"]
    await house.edit(credits=[given | {"amount": "50.00"}])
    assert await change(house, amount="70.00") == "payment_exceeds_due"
    assert (await house.in_xero())["AmountCredited"] == 50
    await house.edit(payments=[PAID | {"amount": "60.00"}], status="paid")
    await house.drain()
    assert (await house.in_xero())["AmountDue"] == 0
    await assert_alike(house)


@pytest.mark.parametrize("overpayments", ["hold", "book"])
async def test_what_was_paid_stays_paid_while_other_money_keeps_the_price(
    house: House, overpayments: str
) -> None:
    """A payment, a credit, or what "paid" stands for is changed with the price, and a deposit locks that: none is taken
    away for a price that does not come. The deposit taken back, all goes.
    """
    await house.choose(overpayments=overpayments)
    await house.write("listed", payments=[DEPOSIT, PAID])
    await house.write("credited", payments=[DEPOSIT], credits=[NOTE])
    await house.write("said", payments=[DEPOSIT], status="paid")
    await house.drain()
    [given] = (await house.in_app("credited"))["credits"]
    since, dearer = await house.last_call(), {"l1": {"unit_price": "200.00"}}
    await house.edit("listed", lines=dearer, payments=[DEPOSIT, PAID | {"amount": "150.00"}])
    await house.edit("credited", lines=dearer, credits=[given | {"amount": "150.00"}])
    await house.edit("said", lines=dearer)
    await house.drain()
    for invoice_id, due in (("listed", 50), ("credited", 50), ("said", 0)):
        assert await house.held_as(invoice_id) == "paid_locked"
        invoice = await house.in_xero(f"N-{invoice_id}")
        assert (invoice["Total"], invoice["AmountDue"]) == (110, due)
    assert await writes_since(house, since) == []

    await house.edit("listed", payments=[PAID | {"amount": "150.00"}])
    await house.edit("credited", payments=[])
    await house.edit("said", payments=[PAID | {"amount": "200.00"}])
    await house.drain()
    for invoice_id, due in (("listed", 50), ("credited", 50), ("said", 0)):
        assert (await house.in_xero(f"N-{invoice_id}"))["AmountDue"] == due
        await assert_alike(house, invoice_id)


async def test_what_was_paid_too_much_stays_while_a_credit_keeps_the_price(house: House) -> None:
    """What is over of it is an overpayment, which covers nothing before the price has moved: it is left as it is, and
    nothing is due that was paid. The credit taken back, both edits go.
    """
    await house.choose(overpayments="book")
    await house.write(payments=[PAID | {"amount": "110.00"}], credits=[NOTE | {"amount": "100.00"}])
    await house.drain()
    since = await house.last_call()
    await house.edit(lines={"l1": {"unit_price": "200.00"}})
    assert (await house.in_xero())["AmountPaid"] == 10
    await house.edit(payments=[PAID | {"amount": "60.00"}])
    await house.drain()
    assert (await house.held_as(), (await house.in_xero())["AmountDue"]) == ("paid_locked", 0)
    assert await writes_since(house, since) == []

    await house.edit(credits=[])
    await house.drain()
    invoice = await house.in_xero()
    assert (await house.held_as(), invoice["Total"], invoice["AmountDue"]) == (None, 200, 140)
