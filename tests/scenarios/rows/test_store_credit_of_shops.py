"""E1: what a shop gives back for a paid order other than by money: store credit, and what it owes the customer yet.

The order's invoice stays paid, since the money stayed. Store credit is owed by the business until it is spent: both are
on one account in Xero.
"""

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tests.scenarios.house import House
from tests.scenarios.rows.test_orders_of_hooked_shops import find_hook, find_in_xero, set_shop
from tests.scenarios.shop_steps import ACCOUNTS, lines_of, look, refused_orders
from tests.scenarios.test_invoice_fields import list_payments
from tests.scenarios.troubles import ask, discrepancies
from tests.shops.bigcommerce_orders import Good
from tests.shops.bigcommerce_shop import CLIENT_SECRET, BigCommerceShop
from tests.shops.bigcommerce_shop import TOKEN as ACCOUNT_TOKEN
from tests.shops.shopify_orders import BookedOrder, Item
from tests.shops.shopify_shop import TOKEN, ShopifyShop
from tests.shops.stand_in import open_stand_in

OWED = "830"
"""Store Credit, a current liability to which payments are enabled."""


async def set_shopify(house: House, shop: ShopifyShop) -> None:
    """With the accounts that store credit needs."""
    await set_shop(house, "shopify", shop.address, {"access_token": TOKEN}, shop.client_secret)
    await house.choose(
        revenue_accounts={**ACCOUNTS, "refunds": "200", "store_credit": OWED},
        payment_accounts={"shopify_store_credit": OWED},
    )


async def tell(house: House, shop: ShopifyShop, order: BookedOrder) -> None:
    """The shop's webhook comes, and the shop is looked at."""
    assert await shop.tell(find_hook(house), order) == 200
    await look(house)


async def find_beside(house: House, number: str) -> dict[str, Any]:
    """The one invoice in Xero that stands beside the order's."""
    [number] = [
        each["InvoiceNumber"]
        for each in await house.list_in_xero()
        if each["InvoiceNumber"].startswith(f"{number}-credit-")
    ]
    return await find_in_xero(house, number)


async def test_e1_store_credit_that_is_given_for_a_paid_order_is_owed_until_it_is_spent(house: House) -> None:
    """The sale and its tax are taken back, the money stays, and the credit is on its account; spent, it is off it."""
    async with open_stand_in(ShopifyShop(house.clock)) as shop:
        order = shop.place(Item("Tap", "88.00"), Item("Book", "22.00", taxes=()))
        shop.take(order, "SALE", "110.00")
        await set_shopify(house, shop)
        await look(house)
        shop.refund(order, money="30.00", gateway="shopify_store_credit", note="Changed her mind")
        await tell(house, shop, order)
        found = await find_in_xero(house, order.name)
        assert (found["payments"], found["credited"], found["status"]) == ([110.0], 0, "PAID")
        assert await find_beside(house, order.name) == {
            "lines": [
                (f"Returned of order {order.name}", -6.0, "200", "EXEMPTOUTPUT"),
                (f"Returned of order {order.name}", -24.0, "200", "OUTPUT"),
                ("Store credit given", 30.0, OWED, "EXEMPTOUTPUT"),
            ],
            "payments": [], "credited": 0, "due": 0, "status": "PAID",
        }  # fmt: skip
        again = shop.place(Item("Hose", "33.00"))
        shop.take(again, "SALE", "30.00", gateway="shopify_store_credit")
        shop.take(again, "SALE", "3.00")
        await tell(house, shop, again)
        by = {
            each["Amount"]: each["Account"].get("Code")
            for each in await list_payments(house, quote(again.name))
        }
        assert (by[30.0], by[3.0] == OWED) == (OWED, False)
        assert ((await find_in_xero(house, again.name))["status"], await refused_orders(house)) == (
            "PAID",
            [],
        )


async def test_e1_store_credit_stays_one_whatever_becomes_of_the_order(house: House) -> None:
    """Money that goes back later lowers the order's payment, a second credit is another, a compare moves nothing."""
    async with open_stand_in(ShopifyShop(house.clock)) as shop:
        order = shop.place(Item("Tap", "110.00"))
        shop.take(order, "SALE", "110.00")
        await set_shopify(house, shop)
        shop.refund(order, money="30.00", gateway="gift_card")
        await look(house)
        shop.refund(order, money="20.00")
        await tell(house, shop, order)
        found = await find_in_xero(house, order.name)
        assert (found["payments"], found["credited"], found["due"]) == ([90.0], 20.0, 0)
        shop.refund(order, money="10.00", gateway="gift_card")
        await tell(house, shop, order)
        await ask(house.api.post(f"{house.path}/compare"))
        calls = len(shop.calls)
        await look(house)
        assert len(shop.calls) == calls + 1, "the list alone: what stands beside an order is not asked for"
        owed = [line[1] for each in await house.list_in_xero() for line in lines_of(each) if line[2] == OWED]
        assert sorted(owed) == [10.0, 30.0]
        assert (await discrepancies(house), await refused_orders(house)) == ([], [])


async def test_e1_store_credit_of_a_shop_whose_orders_are_asked_for_one_by_one(house: House) -> None:
    """BigCommerce's first look only lists what it has: the credit comes with its order."""
    async with open_stand_in(BigCommerceShop(house.clock)) as shop:
        order = shop.place(Good("Tap", "110.00"))
        shop.take(order, "purchase", "110.00")
        shop.refund(order, "20.00", ("storecredit", "20.00"))
        await set_shop(house, "bigcommerce", shop.root, {"access_token": ACCOUNT_TOKEN}, CLIENT_SECRET)
        await house.choose(revenue_accounts={**ACCOUNTS, "refunds": "200", "store_credit": OWED})
        await look(house)
        number = str(order.id)
        assert (await find_in_xero(house, number))["status"] == "PAID"
        assert (await find_beside(house, number))["lines"][-1][1:3] == (20.0, OWED)


async def test_e1_store_credit_whose_account_nobody_chose_waits_alone(house: House) -> None:
    """Its reason names the word and the setting; the order is settled meanwhile."""
    async with open_stand_in(ShopifyShop(house.clock)) as shop:
        order = shop.place(Item("Tap", "110.00"))
        shop.take(order, "SALE", "110.00")
        await set_shop(house, "shopify", shop.address, {"access_token": TOKEN}, shop.client_secret)
        await house.choose(revenue_accounts={"refunds": "200"})
        shop.refund(order, money="30.00", gateway="gift_card")
        await look(house)
        number = f"{order.name}-credit-{shop.orders[0].refunds[0]['id'].rsplit('/', 1)[1]}"
        [why] = (await ask(house.api.get(f"{house.path}/why", params={"number": number})))["data"]
        assert (why["state"], why["code"]) == ("held", "category_unmapped")
        assert "'store_credit'" in why["verdict"]
        assert (await find_in_xero(house, order.name))["status"] == "PAID"


async def test_e1_what_a_paid_order_is_credited_without_anything_given_is_told(house: House) -> None:
    """Removed from a paid order, and owed to the customer: the invoice stays as it was until that went back."""
    async with open_stand_in(ShopifyShop(house.clock)) as shop:
        order = shop.place(Item("Tap", "80.00"), Item("Hose", "30.00"))
        shop.take(order, "SALE", "110.00")
        await set_shopify(house, shop)
        await look(house)
        removed = shop.refund(order, {1: 1}, money="0")
        await tell(house, shop, order)
        found = await find_in_xero(house, order.name)
        assert (found["payments"], found["credited"], found["status"]) == ([110.0], 0, "PAID")
        [told] = await refused_orders(house)
        assert told["reason"].startswith(
            "30.00 of it was credited, 110.00 was paid and kept, and its total is 110.00"
        )
        order.refunds.remove(removed)
        order.given = Decimal(0)
        shop.refund(order, {1: 1})
        await tell(house, shop, order)
        found = await find_in_xero(house, order.name)
        assert (found["payments"], found["credited"], found["due"]) == ([80.0], 30.0, 0)
        assert await refused_orders(house) == []
