"""E1: an order whose invoice somebody voided in Xero, and that is paid, refunded or called off in the shop after that.

A voided invoice stays void in Xero, and a shop takes no word of it: what is to be done is told, and each way leads on.
"""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.house import House, Json
from tests.scenarios.shop_steps import look, payments_of, set_woo
from tests.scenarios.test_agreement import make_in_xero
from tests.scenarios.test_paid_and_voided import open_differences
from tests.scenarios.troubles import ask
from tests.shops.stand_in import open_stand_in
from tests.shops.woocommerce import WooShop


@pytest.fixture
async def shop(house: House) -> AsyncIterator[WooShop]:
    """A shop that goes by the story's clock."""
    async with open_stand_in(WooShop(house.clock)) as opened:
        yield opened


async def void_and_pay(house: House, shop: WooShop) -> int:
    """An order that is to be paid by transfer is voided in Xero, and paid in the shop."""
    order = shop.place(status="on-hold", payment_method="bacs")
    await set_woo(house, shop)
    await look(house)
    await house.at_xero(f"invoices/{order}/void")
    await house.drain()
    shop.move(order, "processing")
    await shop.tell(order)
    await look(house)
    return order


async def find_standing(house: House, order: int) -> tuple[str, str | None]:
    """Its state, and why."""
    shown = await house.resource(f"woocommerce.{order}")
    return shown["state"], (shown["reason"] or {}).get("code")


async def find_told(house: House) -> Json:
    """The only discrepancy."""
    [told] = await open_differences(house)
    return told


async def test_e1_an_order_that_was_voided_in_xero_and_is_paid_says_what_to_do(
    house: House, shop: WooShop
) -> None:
    """The payment by name, and the ways: to refund it in the shop, or to link the invoice that stands in its place."""
    order = await void_and_pay(house, shop)
    assert await find_standing(house, order) == ("held", "payment_on_voided")
    reason = (await house.resource(f"woocommerce.{order}"))["reason"]
    assert "110.00 by bacs" in reason["message"]
    assert ("refund the order" in reason["cure"], "relink" in reason["cure"]) == (True, True)
    assert (await find_told(house))["kind"] == "payment_on_voided"


@pytest.mark.parametrize(("is_booked", "content"), [(False, "partner"), (True, "xero")])
async def test_e1_an_order_that_was_voided_is_linked_to_the_invoice_in_its_place(
    house: House, shop: WooShop, is_booked: bool, content: str
) -> None:
    """The bookkeeper makes it in Xero, and the payment is booked there, or is there already, once."""
    order = await void_and_pay(house, shop)
    line = {"Description": "Tap", "Quantity": 1, "UnitAmount": 110, "AccountCode": "200"}
    other = await make_in_xero(house, "X-9", LineItems=[line], LineAmountTypes="Inclusive")
    if is_booked:
        await house.at_xero("invoices/X-9/payments", Amount=110)
    await house.drain()
    path = f"{house.path}/discrepancies/{(await find_told(house))['id']}/resolve"
    wish = {"action": "relink", "content": content, "xero_id": other["InvoiceID"]}
    await ask(house.api.post(path, json=wish))
    await house.drain()
    invoice = await house.in_xero("X-9")
    assert (payments_of(invoice), invoice["Status"]) == ([110.0], "PAID")
    assert (await find_standing(house, order))[0] == "settled"
    shop.refund(order, "110.00")
    await shop.tell(order)
    await look(house)
    invoice = await house.in_xero("X-9")
    assert (payments_of(invoice), invoice["AmountCredited"]) == ([], 110.0)
    assert await open_differences(house) == []


async def test_e1_an_order_that_was_voided_and_is_refunded_is_over_on_both_sides(
    house: House, shop: WooShop
) -> None:
    """The money went back, so nothing is owed: the invoice stays void, and nothing is left to decide."""
    order = await void_and_pay(house, shop)
    shop.refund(order, "40.00")
    await shop.tell(order)
    await look(house)
    assert await find_standing(house, order) == ("held", "payment_on_voided")
    shop.refund(order, "70.00")
    await shop.tell(order)
    await look(house)
    assert await find_standing(house, order) == ("settled", None)
    assert await open_differences(house) == []
    await ask(house.api.post(f"{house.path}/compare"))
    await look(house)
    assert await find_standing(house, order) == ("settled", None)
    assert (await house.in_xero(str(order)))["Status"] == "VOIDED"


async def test_e1_an_order_that_was_voided_and_is_called_off_in_the_shop_is_over_too(
    house: House, shop: WooShop
) -> None:
    """Without any money, as its cure says."""
    order = shop.place(status="on-hold", payment_method="bacs")
    await set_woo(house, shop)
    await look(house)
    await house.at_xero(f"invoices/{order}/void")
    await house.drain()
    shop.edit(order, customer_note="Call before noon")
    await shop.tell(order)
    await look(house)
    assert await find_standing(house, order) == ("held", "cancelled_in_xero")
    shop.move(order, "cancelled")
    await shop.tell(order)
    await look(house)
    assert await find_standing(house, order) == ("settled", None)
