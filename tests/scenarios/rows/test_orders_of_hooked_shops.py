"""E1: orders of Shopify, BigCommerce and Etsy are in Xero, at once where their webhooks say so.

Each shop stands over HTTP as its documentation has it; nothing is ever written into one.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from app.reading.reading import READ_EVERY
from tests.scenarios.house import House, Json
from tests.scenarios.shop_steps import ACCOUNTS, check, lines_of, look, payments_of, reading, refused_orders
from tests.scenarios.troubles import ask, discrepancies
from tests.shops.bigcommerce_orders import Good
from tests.shops.bigcommerce_shop import CLIENT_SECRET, BigCommerceShop
from tests.shops.bigcommerce_shop import TOKEN as ACCOUNT_TOKEN
from tests.shops.etsy_shop import SIGNING_SECRET, EtsyShop
from tests.shops.shopify_orders import Item
from tests.shops.shopify_shop import GRAPHQL, TOKENS, ShopifyShop
from tests.shops.shopify_shop import TOKEN as MADE_IN_THE_ADMIN
from tests.shops.stand_in import open_stand_in

TAXES = {"GST 10%": "OUTPUT", "none": "EXEMPTOUTPUT"}


async def set_shop(
    house: House, platform: str, address: str, credentials: Mapping[str, str], webhook_secret: str
) -> Json:
    """The business's bookkeeper sets the shop, its accounts and its taxes."""
    await house.choose(revenue_accounts=ACCOUNTS, taxes=TAXES)
    wish = {
        "platform": platform,
        "address": address,
        "credentials": dict(credentials),
        "webhook_secret": webhook_secret,
        "orders_from": "2026-01-01",
    }
    return dict(await ask(house.api.put(f"{house.path}/shop", json=wish)))


async def find_in_xero(house: House, number: str) -> dict[str, Any]:
    """What Xero shows: lines, payments, what was credited and what is due."""
    invoice = await house.in_xero(quote(number))
    return {
        "lines": lines_of(invoice),
        "payments": payments_of(invoice),
        "credited": invoice["AmountCredited"],
        "due": invoice["AmountDue"],
        "status": invoice["Status"],
    }


def find_hook(house: House) -> str:
    """Where the shop's webhooks go."""
    return f"{str(house.api.base_url).rstrip('/')}/webhooks/shops/{house.connection_id}"


async def test_e1_an_order_of_shopify_is_followed_through_its_life(house: House) -> None:
    """Placed with taxes on top, edited, paid, refunded in part: told by webhooks that its own secret signed."""
    async with open_stand_in(ShopifyShop(house.clock, token=None)) as shop:
        order = shop.place(
            Item("Tap", "45.00", 2, off="9.00", sku="TAP-15"),
            Item("Book", "20.00", taxes=()),
            has_tax=False,
            shipping=Item("Standard", "10.00"),
        )
        known = {"client_id": shop.client_id, "client_secret": shop.client_secret}
        shown = await set_shop(house, "shopify", shop.address, known, shop.client_secret)
        assert shown["credentials"] == ["client_id", "client_secret"]
        await look(house)
        assert await find_in_xero(house, order.name) == {
            "lines": [
                ("Tap", 99.0, "200", "OUTPUT"),
                ("Book", 20.0, "200", "EXEMPTOUTPUT"),
                ("Standard", 11.0, "260", "OUTPUT"),
                ("Discount", -9.9, "270", "OUTPUT"),
            ],
            "payments": [], "credited": 0, "due": 120.1, "status": "AUTHORISED",
        }  # fmt: skip
        shop.refund(order, {1: 1}, money="0", note="Sold out")
        assert await shop.tell(find_hook(house), order, secret="another's") == 401
        assert await shop.tell(find_hook(house), order) == 200
        await look(house)
        assert (await find_in_xero(house, order.name))["due"] == 100.1
        shop.take(order, "SALE", "100.10")
        await shop.tell(find_hook(house), order)
        await look(house)
        assert (await find_in_xero(house, order.name))["status"] == "PAID"
        shop.refund(order, shipping="5.50", money="5.50")
        await shop.tell(find_hook(house), order)
        await look(house)
        found = await find_in_xero(house, order.name)
        assert (found["payments"], found["credited"], found["due"]) == ([94.6], 25.5, 0)
        assert shop.asked().count(f"POST {TOKENS}") == 1, "the token is kept from look to look"
        assert set(shop.asked()) == {f"POST {TOKENS}", f"POST {GRAPHQL}"}
        assert all(call.json["query"].lstrip().startswith("query") for call in shop.calls[1:])
        assert await refused_orders(house) == []


async def test_e1_an_order_of_shopify_whose_webhook_is_lost_is_found(house: House) -> None:
    """Within a quarter of an hour, by another token where the first ended meanwhile."""
    async with open_stand_in(ShopifyShop(house.clock, token=None)) as shop:
        known = {"client_id": shop.client_id, "client_secret": shop.client_secret}
        await set_shop(house, "shopify", shop.address, known, shop.client_secret)
        await look(house)
        await look(house, READ_EVERY * 100)
        order = shop.place(Item("Tap", "110.00"))
        await look(house, READ_EVERY)
        assert (await find_in_xero(house, order.name))["due"] == 110.0
        assert shop.asked().count(f"POST {TOKENS}") == 2
        assert (await check(house, "shop"))["outcome"] == "passed"


async def test_e1_an_order_of_shopify_that_is_shown_no_more_is_not_taken_for_gone(house: House) -> None:
    """Shopify hides what is sixty days old from most apps: the compare counts it, and tells nobody that it is gone.

    Of an app that may see all, an order that is not there any more is told.
    """
    async with open_stand_in(ShopifyShop(house.clock)) as shop:
        shop.scopes.remove("read_all_orders")
        order = shop.place(Item("Tap", "110.00"))
        await set_shop(
            house, "shopify", shop.address, {"access_token": MADE_IN_THE_ADMIN}, shop.client_secret
        )
        await look(house)
        await look(house, timedelta(days=61))
        compared = (await reading(house))["compare"]
        assert (compared["missing"], compared["unsure"]) == (0, 1)
        assert await discrepancies(house) == []
        shop.scopes.append("read_all_orders")
        shop.orders.clear()
        await look(house, timedelta(days=1))
        assert (await reading(house))["compare"]["missing"] == 1
        [told] = await discrepancies(house)
        assert order.id.rsplit("/", 1)[1] in told["message"]


async def test_e1_an_order_of_etsy_is_read_at_once_where_its_webhook_says_so(house: House) -> None:
    """The endpoint hears of all shops of the app: what is of another moves nothing, nor does what another signed."""
    async with open_stand_in(EtsyShop(house.clock, "AUD")) as shop:
        shown = await set_shop(house, "etsy", shop.address, shop.credentials, SIGNING_SECRET)
        assert shown["webhook"]["url"].endswith(f"/webhooks/shops/{house.connection_id}")
        await look(house)
        shop.sell(71)
        house.clock.advance(timedelta(seconds=3))
        other = f"whsec_{'b3RoZXI' * 4}"
        assert await shop.tell(find_hook(house), 71, secret=other) == 401
        assert await shop.tell(find_hook(house), 71, shop_id="42") == 200
        assert await house.parts.reading.nudge_due() == 0
        assert await shop.tell(find_hook(house), 71) == 200
        await look(house)
        assert (await find_in_xero(house, "71"))["status"] == "PAID"
        assert (await ask(house.api.get(f"{house.path}/shop")))["next_steps"] == []


@pytest.mark.proof
async def test_e1_an_order_of_bigcommerce_is_followed_through_its_life(house: House) -> None:
    """Awaiting a transfer, paid, refunded in part and then whole."""
    async with open_stand_in(BigCommerceShop(house.clock)) as shop:
        goods = (Good("Tap", "49.50", 2, off="9.90", sku="TAP-15"), Good("Book", "20.00", taxes=()))
        order = shop.place(*goods, status_id=7, shipping=Good("Shipping", "11.00"))
        credentials = {"access_token": ACCOUNT_TOKEN}
        await set_shop(house, "bigcommerce", shop.root, credentials, CLIENT_SECRET)
        await look(house)
        number = str(order.id)
        assert await find_in_xero(house, number) == {
            "lines": [
                ("Tap", 99.0, "200", "OUTPUT"),
                ("Book", 20.0, "200", "EXEMPTOUTPUT"),
                ("Shipping", 11.0, "260", "OUTPUT"),
                ("Discount", -9.9, "270", "OUTPUT"),
            ],
            "payments": [], "credited": 0, "due": 120.1, "status": "AUTHORISED",
        }  # fmt: skip
        shop.take(order, "purchase", "120.10", method="offline", gateway="bankdeposit")
        shop.move(order, 11)
        assert await shop.tell(find_hook(house), order, secret="another's") == 401
        assert await shop.tell(find_hook(house), order) == 200
        await look(house)
        assert (await find_in_xero(house, number))["status"] == "PAID"
        shop.refund(order, "20.00", ("bankdeposit", "20.00"))
        await shop.tell(find_hook(house), order)
        await look(house)
        found = await find_in_xero(house, number)
        assert (found["payments"], found["credited"], found["due"]) == ([100.1], 20.0, 0)
        shop.refund(order, "100.10", ("bankdeposit", "100.10"))
        await shop.tell(find_hook(house), order)
        await look(house)
        found = await find_in_xero(house, number)
        assert (found["payments"], found["credited"], found["due"]) == ([], 120.1, 0)
        assert {call.method for call in shop.calls} == {"GET"}
        assert await refused_orders(house) == []


async def test_e1_a_checkout_of_bigcommerce_is_no_invoice_until_it_is_completed(house: House) -> None:
    """It stays home; completed, it is an invoice that waits for its money; called off without any, it is voided."""
    async with open_stand_in(BigCommerceShop(house.clock)) as shop:
        order = shop.place(Good("Hose", "20.00"), status_id=0)
        await set_shop(house, "bigcommerce", shop.root, {"access_token": ACCOUNT_TOKEN}, CLIENT_SECRET)
        await look(house)
        assert await house.list_in_xero() == []
        shop.move(order, 7)
        await look(house, READ_EVERY)
        assert (await find_in_xero(house, str(order.id)))["due"] == 20.0
        shop.move(order, 5)
        await look(house, READ_EVERY)
        assert (await find_in_xero(house, str(order.id)))["status"] == "VOIDED"


@pytest.mark.proof
async def test_e1_a_compare_asks_bigcommerce_for_the_parts_of_news_alone(house: House) -> None:
    """Each order costs calls of its own for its products and its money: those that are known at their last change are
    listed, and no more.
    """
    async with open_stand_in(BigCommerceShop(house.clock)) as shop:
        orders = [shop.place(Good("Hose", "20.00"), status_id=7) for _ in range(3)]
        await set_shop(house, "bigcommerce", shop.root, {"access_token": ACCOUNT_TOKEN}, CLIENT_SECRET)
        await look(house)
        assert len(await house.list_in_xero()) == 3
        before = len(shop.calls)
        await ask(house.api.post(f"{house.path}/compare"))
        await look(house)
        assert [call.path for call in shop.calls[before:]] == ["/stores/taps/v2/orders"]
        shop.move(orders[1], 5)
        before = len(shop.calls)
        await ask(house.api.post(f"{house.path}/compare"))
        await look(house)
        asked = [part for call in shop.calls[before:] for part in call.path.split("/")]
        assert [str(order.id) in asked for order in orders] == [False, True, False]
        assert (await find_in_xero(house, str(orders[1].id)))["status"] == "VOIDED"


async def test_e1_a_paid_order_of_which_more_is_given_back_than_it_came_to_is_told(house: House) -> None:
    """It stays paid in Xero, and does not seem to be due: what was given beyond it is for a person to book."""
    async with open_stand_in(ShopifyShop(house.clock)) as shop:
        order = shop.place(Item("Tap", "110.00"))
        shop.take(order, "SALE", "110.00")
        await set_shop(
            house, "shopify", shop.address, {"access_token": MADE_IN_THE_ADMIN}, shop.client_secret
        )
        await look(house)
        shop.refund(order, money="130.00")
        await shop.tell(find_hook(house), order)
        await look(house)
        found = await find_in_xero(house, order.name)
        assert (found["payments"], found["due"], found["status"]) == ([110.0], 0, "PAID")
        [told] = await refused_orders(house)
        assert told["reason"] == "130.00 of it was given back, and its total is 110.00."
