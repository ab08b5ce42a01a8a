"""Where a payment is booked goes by its method: corrected in the app, it moves to where it belongs."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.test_changed_payments import LONGER_THAN_FACTS_ARE_KEPT
from tests.scenarios.test_invoice_fields import list_payments
from tests.scenarios.troubles import later, restarted, standing, writes_since

PAID = {"id": "p1", "amount": "40.00", "paid_on": "2026-11-20", "method": "card"}


async def choose_accounts(house: House) -> tuple[str, str]:
    """Card money has an account of its own; the id of that of all else, and of that."""
    banks = await house._json(house.api.get(f"{house.path}/accounts", params={"fit_for": "payments"}))
    default, card = banks["data"][0]["account_id"], banks["data"][-1]["account_id"]
    assert default != card
    await house.choose(payment_account=default, payment_accounts={"card": card})
    return default, card


async def booked(house: House) -> list[tuple[float, str]]:
    """What is paid in Xero, and in which account it stands."""
    return [(each["Amount"], each["Account"]["AccountID"]) for each in await list_payments(house)]


async def test_a_corrected_method_moves_the_payment_to_its_account(house: House) -> None:
    """Made anew there, once; by a method of the same account, or said no more, it stays where it is."""
    default, card = await choose_accounts(house)
    await house.write(payments=[PAID])
    await house.drain()
    assert await booked(house) == [(40, card)]
    await house.edit(payments=[PAID | {"method": "cash"}])
    await house.drain()
    assert await booked(house) == [(40, default)]
    assert (await house.in_app())["payments"] == [PAID | {"method": "cash"}]
    await assert_alike(house)
    since = await house.last_call()
    for method in ("transfer", None):
        await house.edit(payments=[PAID | {"method": method}])
        await house.drain()
    await house.choose(payment_account=card)
    await house.edit(reference="goes on")
    await house.drain()
    assert {path.split("/")[1] for _, path in await writes_since(house, since)} == {"Invoices"}
    assert await booked(house) == [(40, default)]
    await assert_alike(house)


@pytest.mark.proof
async def test_a_corrected_method_waits_while_the_payment_cannot_be_booked_there(house: House) -> None:
    """Its date is in locked books: it stays where it is, and moves once they are open, also by a lost answer."""
    default, card = await choose_accounts(house)
    await house.write(payments=[PAID])
    await house.drain()
    await house.set_facts(period_lock_date="2026-11-25")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.edit(payments=[PAID | {"method": "cash"}])
    await house.drain()
    assert (await standing(house), await booked(house)) == (("held", "locked_period"), [(40, card)])
    await house.set_facts(period_lock_date=None)
    await house.fault("cut_after", "POST", "/Payments")
    async with restarted(house):
        await later(house, LONGER_THAN_FACTS_ARE_KEPT)
        await house.sweep()
        await later(house, LONGER_THAN_FACTS_ARE_KEPT)
    assert await booked(house) == [(40, default)]
    await assert_alike(house)


async def test_a_reconciled_payment_stays_in_its_account_whatever_its_method(house: House) -> None:
    """The bank has it there: the app keeps its word, Xero its payment, and neither is asked again and again."""
    _, card = await choose_accounts(house)
    await house.write(payments=[PAID])
    await house.drain()
    [payment] = await list_payments(house)
    await house.at_xero(f"payments/{payment['PaymentID']}/reconcile")
    await house.drain()
    await house.edit(payments=[PAID | {"method": "cash"}])
    await house.drain()
    assert (await standing(house), await booked(house)) == (("settled", None), [(40, card)])
    tried = (await house._json(house.api.get(f"{house.path}/invoices/inv_1/attempts")))["data"]
    assert "stays in the account" in tried[-1]["message"]
    since = await house.last_call()
    await house.edit(reference="goes on")
    await house.drain()
    assert {call["path"].split("/")[3] for call in await house.calls(since)} == {"Invoices"}
    await house.edit(status="cancelled")
    await house.drain()
    assert (await standing(house), await booked(house)) == (("held", "void_blocked_by_payment"), [(40, card)])
    assert await house.conflicts() == []
