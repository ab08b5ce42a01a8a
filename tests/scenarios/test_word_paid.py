"""An app that says "paid" and lists no payment of it: what the word stands for is lost by nobody else's edit."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.scenarios.both_sides import assert_alike, xero_view
from tests.scenarios.house import House
from tests.scenarios.test_part_calls import tell
from tests.scenarios.troubles import standing

FAR_EAST, FAR_WEST = "Pacific/Kiritimati", "Etc/GMT+12"
"""Fourteen hours ahead of UTC, and twelve behind: one of the two has another day than UTC has."""

HALF = {"id": "p1", "amount": "50.00", "paid_on": "2026-11-20", "method": None}


async def unpay(house: House, amount: float) -> None:
    """A person deletes the payment of that amount at Xero's screen."""
    [payment] = [each for each in (await house.in_xero())["Payments"] if each["Amount"] == amount]
    await house._json(house.xero.delete(f"/people/{house.tenant_id}/payments/{payment['PaymentID']}"))


async def amounts(house: House) -> list[float]:
    """What was paid in Xero."""
    return sorted(payment["Amount"] for payment in (await house.in_xero())["Payments"])


async def test_what_is_paid_is_paid_on_the_day_that_it_is_for_the_business(house: House) -> None:
    """The payment that the word stands for is of the day where the business is, on both sides, and stays of it."""
    zone = FAR_EAST if datetime.now(UTC).hour >= 11 else FAR_WEST
    await house.choose(time_zone=zone)
    await house.write(status="paid", payments=None)
    today = datetime.now(ZoneInfo(zone)).date().isoformat()
    await house.drain()
    assert [day for day, _ in xero_view(await house.in_xero())["payments"]] == [today]
    await house.choose(time_zone=None)
    await house.edit(reference="PO 2")
    await house.drain()
    [shown] = (await house.resource())["record"]["payments"]
    assert shown["paid_on"] == today
    assert await amounts(house) == [110]


@pytest.mark.parametrize("status", ["paid", "sent"])
async def test_nothing_is_due_and_it_is_voided_in_xero(house: House, status: str) -> None:
    """An app may say either of an invoice that comes to nothing: the void names its word, so the app can take it."""
    free = {"id": "l1", "description": "Warranty", "quantity": "1", "unit_price": "0.00", "tax": "gst"}
    await house.write(status=status, payments=None, lines=[free])
    await house.drain()
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    assert ((await house.in_app())["status"], await standing(house)) == ("cancelled", ("settled", None))
    assert (await house.in_app())["reference"] == "PO 2"


@pytest.mark.parametrize("method", ["card", None])
async def test_an_app_that_keeps_the_payment_as_we_showed_it_takes_nothing_back(
    house: House, method: str | None
) -> None:
    """It took our document whole, and lists the payment beside the word: that is one payment, and it stays in Xero."""
    await house.write(status="paid", payments=None)
    await house.drain()
    [shown] = (await house.resource())["record"]["payments"]
    await house.edit(payments=[shown | {"method": method}], reference="PO 2")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 2"
    assert await amounts(house) == [110]
    await assert_alike(house)


@pytest.mark.parametrize("listed", [[HALF], None], ids=["an app with payments", "an app with the word alone"])
async def test_what_the_word_stood_for_outlives_another_payment(house: House, listed: Any) -> None:
    """A payment is deleted in Xero: the app is told what stays paid, and takes it back with no edit after that."""
    await house.write(payments=listed)
    await house.drain()
    if listed is None:
        await house.at_xero("invoices/N-inv_1/payments", Amount=50)
        await house.drain()
    await house.edit(status="paid", payments=listed)
    await house.drain()
    assert await amounts(house) == [50, 60]
    await unpay(house, 50)
    await house.drain()
    await assert_alike(house)
    kept = (await house.in_app())["payments"]
    assert [payment["amount"] for payment in kept] == ["60.00"]
    await house.edit(reference="PO 2", payments=kept if listed else None)
    await house.drain()
    assert (await standing(house), await amounts(house)) == (("settled", None), [60])
    await house.edit(status="paid", payments=kept if listed else None)
    await house.drain()
    assert (await standing(house), await amounts(house)) == (("settled", None), [110])
    await house.edit(status="sent", payments=[])
    await house.drain()
    assert await amounts(house) == []
    await assert_alike(house)


async def test_a_payment_told_alone_leaves_what_the_word_stood_for_as_it_was(house: House) -> None:
    """After another was deleted in Xero the invoice is paid no more, so that nobody says that the rest is paid."""
    await house.write(status="paid", payments=[HALF])
    await house.drain()
    await unpay(house, 50)
    await house.drain()
    await tell(house, "payments", id="p2", amount="30.00")
    await house.drain()
    assert await amounts(house) == [30, 60]
    await assert_alike(house)
