"""E1: under which contacts a shop's orders are booked, and that an order stays where it was booked first."""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.house import House
from tests.scenarios.shop_steps import look, payments_of, set_woo
from tests.shops.stand_in import open_stand_in
from tests.shops.woocommerce import WooShop


@pytest.fixture
async def shop(house: House) -> AsyncIterator[WooShop]:
    """A shop that goes by the story's clock."""
    async with open_stand_in(WooShop(house.clock)) as opened:
        yield opened


LEE = {"first_name": "Lee", "last_name": "Park", "company": "", "email": "lee@example.com", "phone": ""}
NAMESAKE = LEE | {"email": "lee@example.org"}


@pytest.mark.proof
async def test_e1_people_of_one_name_are_customers_of_their_own(house: House, shop: WooShop) -> None:
    """By the name alone the second waits for a person; told apart by e-mail both are in Xero, what waited too, and
    whoever was there stays who it was; or all are one.
    """
    orders = [shop.place(billing=LEE, customer_id=0)]
    await set_woo(house, shop)
    await look(house)
    orders.append(shop.place(billing=NAMESAKE, customer_id=0))
    await shop.tell(orders[1], "order.created")
    await look(house)
    held = await house.resource(f"woocommerce.{orders[1]}")
    assert (held["state"], held["reason"]["code"]) == ("held", "contact_name_taken")
    await set_woo(house, shop, customers="by_email")
    orders += [shop.place(billing=who, customer_id=0) for who in (LEE, NAMESAKE)]
    await look(house)
    await set_woo(house, shop, customers="one", customer_name="Web sales")
    orders.append(shop.place(billing=NAMESAKE, customer_id=0))
    await look(house)
    names = [(await house.in_xero(str(each)))["Contact"]["Name"] for each in orders]
    told_apart = "Lee Park (lee@example.org)"
    assert names == ["Lee Park", told_apart, "Lee Park", told_apart, "Web sales"]


async def test_e1_an_order_stays_with_its_first_customer(house: House, shop: WooShop) -> None:
    """A guest opens an account and the paid order is put into it: Xero would let no other customer into a paid invoice,
    and what is given back later is booked all the same.
    """
    order = shop.place(billing=LEE, customer_id=0)
    await set_woo(house, shop)
    await look(house)
    shop.edit(order, customer_id=31)
    shop.refund(order, "10.00")
    await shop.tell(order)
    await look(house)
    invoice = await house.in_xero(str(order))
    assert (payments_of(invoice), invoice["AmountCredited"], invoice["AmountDue"]) == ([100.0], 10.0, 0)
    assert (await house.resource(f"woocommerce.{order}"))["state"] == "settled"
