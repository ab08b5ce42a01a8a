"""The end of an invoice: cancelled here is voided there, and what stands in the way is said."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, later

A_MINUTE = timedelta(minutes=1)
ALL = ("inv_1", "inv_2", "inv_3", "inv_4")
PAYMENT = {"id": "p1", "amount": "40.00", "paid_on": "2026-11-20", "method": None}


async def test_t19_an_end_on_either_side_is_an_end_on_both(house: House) -> None:
    """Cancelled here, voided there, both at once, and voided there while edited here: the edit stays readable."""
    for invoice_id in ALL:
        await house.write(invoice_id)
    await house.drain()
    await house.edit("inv_1", status="cancelled")
    await house.at_xero("invoices/N-inv_2/void")
    await house.edit("inv_3", status="cancelled")
    await house.at_xero("invoices/N-inv_3/void")
    await house.at_xero("invoices/N-inv_4/void")
    await house.edit("inv_4", reference="too late")
    await house.drain()
    for invoice_id in ALL:
        assert (await house.in_app(invoice_id))["status"] == "cancelled"
        await assert_alike(house, invoice_id)
    assert await house.conflicts() == []
    assert [line["id"] for line in (await house.in_app("inv_2"))["lines"]] == ["l1"]
    assert (await house.in_app("inv_4"))["reference"] == "too late"


async def test_edits_after_the_end(house: House) -> None:
    """A note on a cancelled invoice stays in the app; one that is revived cannot be in Xero, and says so."""
    await house.write()
    await house.drain()
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    calls = await house.last_call()
    await house.edit(reference="written off", lines={"l1": {"unit_price": "1.00"}})
    await house.drain()
    await assert_alike(house)
    assert await house.last_call() == calls
    await house.edit(status="sent")
    await house.drain()
    assert await house.held_as() == "cancelled_in_xero"
    assert (await house.in_xero())["Status"] == "VOIDED"
    await house.edit(status="cancelled")
    await house.drain()
    await assert_alike(house)


async def test_what_is_over_on_both_sides_is_not_brought_back_by_a_late_document(house: House) -> None:
    """Cancelled, sent again and cancelled once more in the app while Xero voids it; the first two are told last."""
    await house.write()
    await house.drain()
    for status in ("cancelled", "sent"):
        await house.edit(status=status, send=False)
    await house.at_xero("invoices/N-inv_1/void")
    await house.edit(status="cancelled", send=False)
    await house.drain()
    assert (await house.in_app())["status"] == "cancelled"
    for version in (2, 3):
        [told] = (await ask(house.app.post("/invoices/inv_1/resend", json={"version": version})))["sent"]
        assert told["outcome"] == "accepted"
        await house.drain()
    assert (await house.in_app())["status"] == "cancelled"
    await assert_alike(house)
    assert await house.conflicts() == []


@pytest.mark.proof
async def test_a_payment_blocks_the_void_until_it_is_removed_in_xero(house: House) -> None:
    """Nothing is taken back in silence: the cancelled invoice waits, then is voided by itself."""
    await house.write()
    await house.drain()
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    await house.edit(status="cancelled")
    await house.drain()
    assert await house.held_as() == "void_blocked_by_payment"
    assert (await house.in_xero())["Status"] == "AUTHORISED"
    await house.unpay_at_xero()
    await house.drain()
    assert (await house.in_xero())["Status"] == "VOIDED"
    await assert_alike(house)


async def test_a_payment_that_the_app_takes_back_unblocks_the_void(house: House) -> None:
    """The cure names the app's way beside Xero's, so it must work too."""
    await house.write(payments=[PAYMENT])
    await house.drain()
    await house.edit(status="cancelled")
    await house.drain()
    assert await house.held_as() == "void_blocked_by_payment"
    await house.edit(payments=[])
    await house.drain()
    assert (await house.in_xero())["Status"] == "VOIDED"
    await assert_alike(house)


@pytest.mark.parametrize("listed", [None, []], ids=["unsaid", "none"])
async def test_an_app_that_says_paid_takes_that_back_as_it_cancels(house: House, listed: Any) -> None:
    """What "paid" stood for is its own: with no payments at all that goes, also in Xero, and then the invoice does."""
    await house.write(status="paid", payments=listed)
    await house.drain()
    await house.edit(status="cancelled", payments=None)
    await house.drain()
    assert await house.held_as() == "void_blocked_by_payment"
    reason = (await house.resource())["reason"]
    assert ("110.00 on" in reason["message"], "Take them back in the app" in reason["cure"]) == (True, True)
    await house.edit(payments=[])
    await house.drain()
    assert (await house.in_xero())["Status"] == "VOIDED"
    await assert_alike(house)
    await house.write("inv_2", status="paid", payments=listed)
    await house.drain()
    await house.edit("inv_2", status="cancelled", payments=[])
    await house.drain()
    assert (await house.in_xero("N-inv_2"))["Status"] == "VOIDED"
    await assert_alike(house, "inv_2")


async def test_cancelled_without_payments_spares_what_the_app_never_saw(house: House) -> None:
    """A payment that was made in Xero meanwhile blocks the void; its own goes, and the reason names what is left."""
    await house.write(status="paid", payments=[PAYMENT | {"amount": "110.00"}])
    await house.write("inv_2", payments=[PAYMENT])
    await house.drain()
    await house.at_xero("invoices/N-inv_2/payments", Amount=30, Date="2026-11-21")
    for invoice_id in ("inv_1", "inv_2"):
        await house.edit(invoice_id, status="cancelled", payments=[])
    await house.drain()
    await assert_alike(house)
    assert await house.held_as("inv_2") == "void_blocked_by_payment"
    assert [payment["Amount"] for payment in (await house.in_xero("N-inv_2"))["Payments"]] == [30]
    assert "30.00 on 2026-11-21" in (await house.resource("inv_2"))["reason"]["message"]
    await house.edit("inv_2", payments=[])
    await house.drain()
    assert (await house.in_xero("N-inv_2"))["Status"] == "VOIDED"
    await assert_alike(house, "inv_2")


async def test_a_credit_that_is_taken_back_goes_also_where_xero_was_away_in_the_middle(house: House) -> None:
    """Cancelled without it; the look at the note fails after that it goes was noted, and nobody touches it again."""
    note = {"id": "c1", "kind": "credit_note", "amount": "10.00", "applied_on": "2026-11-20"}
    await house.write(credits=[note])
    await house.drain()
    await house.fault("unavailable_before", "GET", "/CreditNotes")
    await house.edit(status="cancelled", credits=[])
    await house.drain()
    await later(house, A_MINUTE)
    invoice = await house.in_xero()
    assert (invoice["Status"], invoice["AmountCredited"]) == ("VOIDED", 0)
    await assert_alike(house)


async def test_a_reconciled_payment_keeps_an_invoice_that_the_app_cancelled(house: House) -> None:
    """Cancelled without payments: it is given back, the reason says where alone it can be removed, and then it goes."""
    await house.write(payments=[PAYMENT])
    await house.drain()
    [paid] = (await house.in_xero())["Payments"]
    await house.at_xero(f"payments/{paid['PaymentID']}/reconcile")
    await house.edit(status="cancelled", payments=[])
    await house.drain()
    assert await house.held_as() == "void_blocked_by_payment"
    reason = (await house.resource())["reason"]
    assert "40.00 on 2026-11-20" in reason["message"]
    assert "reconciled with the bank" in reason["cure"]
    assert (await house.in_app())["payments"] == [PAYMENT]
    await house.at_xero(f"payments/{paid['PaymentID']}/reconcile", IsReconciled=False)
    await house.unpay_at_xero()
    await house.drain()
    assert (await house.in_xero())["Status"] == "VOIDED"
    await assert_alike(house)


async def test_unpaid_and_voided_in_xero_before_anyone_looks(house: House) -> None:
    """Xero voids only what has no payments, so the app must not go on showing one."""
    await house.write()
    await house.drain()
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    await house.unpay_at_xero()
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    document = await house.in_app()
    assert (document["status"], document["payments"]) == ("cancelled", [])
    await assert_alike(house)


@pytest.mark.proof
async def test_what_never_reached_xero_and_what_cannot_leave_it(house: House) -> None:
    """A cancelled draft costs no call; a sent invoice cannot become a draft again, and resumes when it is sent."""
    before = await house.last_call()
    await house.write("inv_2", status="draft")
    await house.edit("inv_2", status="cancelled")
    await house.drain()
    assert await house.last_call() == before
    assert (await house.resource("inv_2"))["reason"]["code"] == "cancelled_before_sent"

    await house.write()
    await house.drain()
    await house.edit(status="draft", sent_at=None)
    await house.drain()
    assert await house.held_as() == "cannot_unsend"
    invoice = await house.in_xero()
    assert (invoice["Status"], invoice["SentToContact"]) == ("AUTHORISED", True)
    await house.edit(status="sent", reference="sent again")
    await house.drain()
    await assert_alike(house)
