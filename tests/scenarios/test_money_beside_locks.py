"""What is paid goes to Xero while it takes no other change: customers pay whether or not books are locked."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask, writes_since

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


WORDS: Json = {"unit_price": None, "quantity": None}
PRICED: Json = {"unit_price": "30.00", "quantity": "1"}


@pytest.mark.parametrize(
    ("before", "after"), [(WORDS, PRICED), (PRICED, WORDS)], ids=["priced", "words alone"]
)
async def test_a_price_that_waits_keeps_its_account_with_it(house: House, before: Json, after: Json) -> None:
    """A line of words alone gets a price, or loses it, on an invoice with a credit: told as that, and written never."""
    call_out = {"id": "l1", "description": "Call-out", "quantity": "1", "unit_price": "80.00", "tax": "gst"}
    await house.write(
        lines=[call_out, {"id": "l2", "description": "Fit it", "tax": "gst", **before}], credits=[NOTE]
    )
    await house.drain()
    assert (await house.in_xero())["AmountCredited"] == 10
    since = await house.last_call()
    await house.edit(lines={"l2": after})
    await house.drain()
    assert await house.held_as() == "paid_locked"
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    assert (await house.held_as(), await writes_since(house, since)) == ("paid_locked", [])
    await house.edit(credits=[])
    await house.drain()
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
