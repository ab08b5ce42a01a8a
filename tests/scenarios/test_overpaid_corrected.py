"""A payment of more than was due is corrected in the app: what Xero had booked as an overpayment covers the invoice."""

import pytest

from tests.scenarios.house import House, Json
from tests.scenarios.test_credits import LATE, held_in_xero, sent
from tests.scenarios.troubles import later, restarted, standing

TYPED = {"id": "p1", "amount": "150.00", "paid_on": "2026-11-20", "method": None}


async def overpaid(house: House) -> None:
    """An invoice of 110.00 was paid with 150.00: 40.00 of that stand on the customer's account."""
    await house.choose(overpayments="book")
    await sent(house, payments=[TYPED], status="paid")
    assert await received(house) == (110, 40, 0)


async def correct(house: House, amount: str) -> None:
    """A person puts that payment right in the app."""
    status = "paid" if float(amount) >= 110 else "sent"
    await house.edit(payments=[TYPED | {"amount": amount}], status=status)
    await house.drain()


async def received(house: House) -> tuple[float, float, float]:
    """In Xero: what was paid, what the customer's account has left of overpayments, and what is due."""
    left = sum(one["RemainingCredit"] for one in await held_in_xero(house, "overpayments"))
    invoice = await house.in_xero()
    return invoice["AmountPaid"], left, invoice["AmountDue"]


async def shown(house: House) -> list[Json]:
    """What the app shows of payments and credits, with nothing held and no conflict."""
    assert await standing(house) == ("settled", None)
    assert await house.conflicts() == []
    document = await house.in_app()
    return [*document["payments"], *(document.get("credits") or [])]


async def test_a_slip_of_the_keyboard_leaves_nothing_due(house: House) -> None:
    """The bank has what the customer paid, no more, and both sides say that the invoice is paid; typed wrong again, it
    is as it was.
    """
    await overpaid(house)
    await correct(house, "110.00")
    assert await received(house) == (70, 0, 0)
    assert await shown(house) == [TYPED | {"amount": "110.00"}]
    assert ((await house.in_app())["status"], (await house.in_xero())["Status"]) == ("paid", "PAID")
    await correct(house, "150.00")
    assert await received(house) == (110, 40, 0)
    assert await shown(house) == [TYPED]


@pytest.mark.proof
async def test_a_payment_of_less_than_the_excess_is_not_lost(house: House) -> None:
    """It is the overpayment alone, of as much as was paid; taken back, the invoice is due again."""
    await overpaid(house)
    await correct(house, "40.00")
    assert await received(house) == (0, 0, 70)
    await correct(house, "30.00")
    assert await received(house) == (0, 10, 80)
    assert await shown(house) == [TYPED | {"amount": "30.00"}]
    await house.edit(payments=[])
    await house.drain()
    assert await received(house) == (0, 40, 110)
    assert await shown(house) == []


async def test_a_correction_outlives_lost_answers(house: House) -> None:
    """Cut as the overpayment is set against the invoice, and as it is taken off again: once each, by a new worker."""
    await overpaid(house)
    await house.fault("cut_after", "PUT", "/Overpayments/")
    await correct(house, "110.00")
    async with restarted(house):
        await later(house, LATE)
    assert await received(house) == (70, 0, 0)
    assert await shown(house) == [TYPED | {"amount": "110.00"}]
    await house.fault("cut_after", "DELETE", "/Overpayments/")
    await correct(house, "100.00")
    async with restarted(house):
        await later(house, LATE)
    assert await received(house) == (60, 0, 10)
    assert await shown(house) == [TYPED | {"amount": "100.00"}]


async def test_more_than_was_booked_is_said_as_a_payment_of_its_own(house: House) -> None:
    """One payment has one overpayment: the reason says what to do, and does not advise what was chosen already."""
    await overpaid(house)
    await correct(house, "200.00")
    reason = (await house.resource())["reason"]
    assert (reason["code"], "payment of its own" in reason["cure"]) == ("payment_exceeds_due", True)
    await house.edit(payments=[TYPED, TYPED | {"id": "p2", "amount": "50.00"}])
    await house.drain()
    assert await received(house) == (110, 90, 0)
    assert len(await shown(house)) == 2


async def test_a_second_payment_that_is_too_much_takes_nothing_from_the_first(house: House) -> None:
    """Both came at once: the overpayment is booked first, and covers nothing of the invoice."""
    await house.choose(overpayments="book")
    await sent(house, payments=[TYPED | {"amount": "110.00"}, TYPED | {"id": "p2", "amount": "50.00"}])
    assert await received(house) == (110, 50, 0)
    assert len(await shown(house)) == 2


async def void_overpayments(house: House) -> None:
    """A person takes back at Xero's screen what was booked as too much."""
    for over in await held_in_xero(house, "overpayments"):
        if over["Status"] == "AUTHORISED":
            await house.at_xero(f"overpayments/{over['OverpaymentID']}/void")


async def test_an_overpayment_that_is_voided_in_xero_is_none_in_the_app(house: House) -> None:
    """Part of a payment, or all of one that came when nothing was due: what Xero took back is taken back."""
    await overpaid(house)
    await house.edit(payments=[TYPED, TYPED | {"id": "p2", "amount": "5.00"}])
    await house.drain()
    assert await received(house) == (110, 45, 0)
    await void_overpayments(house)
    await house.drain()
    assert await shown(house) == [TYPED | {"amount": "110.00"}]
    await house.edit(payments=[TYPED | {"amount": "120.00"}])
    await house.drain()
    assert await received(house) == (110, 10, 0)
    assert await shown(house) == [TYPED | {"amount": "120.00"}]


async def test_a_correction_counts_on_no_overpayment_that_was_voided_unheard(house: House) -> None:
    """No webhook told of it: the payment is booked whole, and so is one that comes again after its own was voided."""
    await overpaid(house)
    await house._json(house.xero.put("/webhooks", json={"lose_next": 100}))
    await void_overpayments(house)
    await correct(house, "110.00")
    assert await received(house) == (110, 0, 0)
    assert await shown(house) == [TYPED | {"amount": "110.00"}]
    more = TYPED | {"id": "p2", "amount": "5.00"}
    await house.edit(payments=[TYPED | {"amount": "110.00"}, more])
    await house.drain()
    await house.edit(payments=[TYPED | {"amount": "110.00"}])
    await house.drain()
    await void_overpayments(house)
    await house.edit(payments=[TYPED | {"amount": "110.00"}, more])
    await house.drain()
    assert await received(house) == (110, 5, 0)
    assert await shown(house) == [TYPED | {"amount": "110.00"}, more]
