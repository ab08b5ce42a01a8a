"""What is paid goes to Xero while it takes no other change: customers pay whether or not books are locked."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.troubles import writes_since

LONGER_THAN_FACTS_ARE_KEPT = timedelta(hours=7)
EARLY = {"id": "p1", "amount": "40.00", "paid_on": "2026-10-15", "method": None}
LATER = {"id": "p2", "amount": "20.00", "paid_on": "2026-11-15", "method": None}
NOTE = {"id": "c1", "kind": "credit_note", "amount": "10.00", "applied_on": "2026-11-15"}


async def lock(house: House) -> None:
    """An adviser locks October, and that is known here."""
    await house.set_facts(period_lock_date="2026-10-31")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)


async def test_an_edit_in_locked_books_holds_up_no_payment(house: House) -> None:
    """Last month's invoice was edited, which waits; what is paid and credited this month goes to Xero all the same."""
    await house.write(issued_on="2026-10-10", due_on="2026-11-30")
    await house.drain()
    await lock(house)
    await house.edit(reference="too late")
    await house.drain()
    assert await house.held_as() == "locked_period"
    await house.edit(payments=[LATER], credits=[NOTE])
    await house.drain()
    invoice = await house.in_xero()
    assert (invoice["AmountPaid"], invoice["AmountCredited"], invoice["Reference"]) == (20, 10, "PO 1")
    assert await house.held_as() == "locked_period"
    await house.edit(reference="PO 1")
    await house.drain()
    await assert_alike(house)


async def test_a_price_that_payments_lock_holds_up_no_further_payment(house: House) -> None:
    """Up to what is due as the invoice stands in Xero; one of more waits with the price, and follows it."""
    await house.write(payments=[EARLY])
    await house.drain()
    await house.edit(lines={"l1": {"unit_price": "150.00"}})
    await house.edit(payments=[EARLY, LATER, LATER | {"id": "p3", "amount": "90.00"}])
    await house.drain()
    assert await house.held_as() == "paid_locked"
    assert sorted(payment["Amount"] for payment in (await house.in_xero())["Payments"]) == [20, 40]
    await house.edit(payments=[])
    await house.drain()
    await house.edit(payments=[EARLY, LATER, LATER | {"id": "p3", "amount": "90.00"}], status="paid")
    await house.drain()
    assert ((await house.in_xero())["Total"], (await house.in_xero())["AmountDue"]) == (150, 0)
    await assert_alike(house)


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_payment_dated_in_locked_books_is_what_is_to_be_dated_later(
    house: House, is_known: bool
) -> None:
    """The reason speaks of the payment, not the invoice; another goes; where the lock is known, no call is made."""
    await house.write()
    await house.drain()
    if is_known:
        await lock(house)
    else:
        await house.set_facts(period_lock_date="2026-10-31")
    before = await house.last_call()
    await house.edit(payments=[EARLY, LATER])
    await house.drain()
    assert (await house.in_xero())["AmountPaid"] == 20
    assert len(await writes_since(house, before)) == (1 if is_known else 2)
    reason = (await house.resource())["reason"]
    assert reason["code"] == "locked_period"
    assert "invoice" not in reason["cure"]
    if is_known:
        assert reason["cure"] == "Move the lock date in Xero, or date the payment later."
    await house.edit(payments=[EARLY | {"paid_on": "2026-11-01"}, LATER])
    await house.drain()
    await assert_alike(house)
