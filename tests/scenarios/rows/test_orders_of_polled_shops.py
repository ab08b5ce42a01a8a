"""E1: orders of Magento, Etsy and eBay are in Xero, though no webhook ever says so.

Each shop stands over HTTP as its documentation has it; nothing is ever written into one.
"""

from datetime import timedelta

from app.reading.reading import READ_EVERY
from tests.scenarios.house import House
from tests.scenarios.opening import open_parts
from tests.scenarios.polled_steps import find_in_xero, set_shop
from tests.scenarios.shop_steps import look, reading, refused_orders
from tests.scenarios.troubles import ask
from tests.shops.ebay_shop import EbayShop, amount
from tests.shops.etsy_shop import EtsyShop, money
from tests.shops.magento_shop import TOKEN, MagentoShop, item, taxes
from tests.shops.stand_in import open_stand_in

SETTLED = timedelta(seconds=5)
"""Over the tick of a shop that dates to the millisecond, whose clock is read to the second."""


async def test_e1_an_order_of_magento_is_followed_through_its_life(house: House) -> None:
    """Placed to be paid by transfer, paid, refunded in part: its tax is in its lines, its discount stands apart."""
    async with open_stand_in(MagentoShop(house.clock)) as shop:
        discounted = item(70, base_discount_amount=10, base_tax_amount=9)
        shop.place(
            7,
            items=[discounted],
            base_grand_total=104.5,
            extension_attributes={"item_applied_taxes": taxes(70)},
        )
        shown = await set_shop(house, "magento", shop, {"access_token": TOKEN})
        assert shown["webhook"]["url"] is None
        await look(house, timedelta(minutes=1))
        assert await find_in_xero(house, "000000007") == {
            "lines": [
                ("Hat", 110.0, "200", "OUTPUT"),
                ("Flat Rate - Fixed", 5.5, "260", "OUTPUT"),
                ("Discount", -11.0, "270", "OUTPUT"),
            ],
            "payments": [], "credited": 0, "due": 104.5, "status": "AUTHORISED",
        }  # fmt: skip
        shop.pay(7, 104.5)
        await look(house, READ_EVERY)
        assert (await find_in_xero(house, "000000007"))["status"] == "PAID"
        shop.refund(7, 4.5)
        await look(house, READ_EVERY)
        found = await find_in_xero(house, "000000007")
        assert (found["payments"], found["credited"], found["due"]) == ([100.0], 4.5, 0)
        assert {call.method for call in shop.calls} == {"GET"}
        assert await refused_orders(house) == []


async def test_e1_an_order_of_etsy_is_in_xero_without_the_tax_that_etsy_collects(house: House) -> None:
    """A sale abroad has a tax of its own, and one that Etsy cancelled owes nothing."""
    async with open_stand_in(EtsyShop(house.clock, "AUD")) as shop:
        shop.sell(71)
        await set_shop(house, "etsy", shop, {**shop.credentials, "tax": "GST", "country": "AU"})
        await look(house)
        assert await find_in_xero(house, "71") == {
            "lines": [("Mug", 50.0, "200", "EXEMPTEXPORT"), ("Shipping", 6.0, "260", "EXEMPTEXPORT")],
            "payments": [56.0], "credited": 0, "due": 0, "status": "PAID",
        }  # fmt: skip
        house.clock.advance(READ_EVERY)
        shop.touch(71, status="canceled")
        await look(house)
        found = await find_in_xero(house, "71")
        assert (found["payments"], found["credited"], found["due"]) == ([], 56.0, 0)


async def test_e1_tokens_of_etsy_are_kept_for_whoever_looks_next(house: House) -> None:
    """Another process uses the token that this one was given, an hour later the next; none of them is ever shown."""
    async with open_stand_in(EtsyShop(house.clock, "AUD")) as shop:
        shop.takes_each_once = True
        await set_shop(house, "etsy", shop, shop.credentials)
        await look(house)
        async with open_parts(house.settings, house.clock) as house.parts:
            await look(house, READ_EVERY)
            assert len(shop.calls) == 3, "a token and a list, and a list"
            await look(house, timedelta(hours=1))
        assert shop.asked().count("POST /v3/public/oauth/token") == 2
        assert (await reading(house))["failures"] == 0
        shown = await ask(house.api.get(f"{house.path}/shop"))
        assert {"access_token", "refresh_token"} < set(shown["credentials"])
        assert shown["credentials_end_at"] is not None
        assert "12345678." not in str(shown)


async def test_e1_a_business_that_shuts_etsy_out_is_told_to_let_it_in(house: House) -> None:
    """The refresh token is revoked, as by a new password; what came before stays, and new credentials go on from it."""
    async with open_stand_in(EtsyShop(house.clock, "AUD")) as shop:
        shop.sell(71)
        await set_shop(house, "etsy", shop, shop.credentials)
        await look(house)
        shop.is_let_in = False
        shop.take_back()
        await look(house, READ_EVERY)
        shown = await ask(house.api.get(f"{house.path}/shop"))
        assert shown["refused_at"] is not None
        shop.is_let_in = True
        shop.sell(72)
        await set_shop(house, "etsy", shop, shop.credentials)
        await look(house)
        assert (await find_in_xero(house, "72"))["status"] == "PAID"
        assert (await ask(house.api.get(f"{house.path}/shop")))["refused_at"] is None


async def test_e1_an_order_of_ebay_is_in_xero_as_ebay_pays_it_out(house: House) -> None:
    """Without the tax that eBay collects, paid whole, and less what was given back."""
    async with open_stand_in(EbayShop(house.clock, "AUD")) as shop:
        shop.sell("27-00001-00001")
        await set_shop(house, "ebay", shop, {**shop.credentials, "tax": "GST", "country": "AU"})
        await look(house, SETTLED)
        assert await find_in_xero(house, "27-00001-00001") == {
            "lines": [("Switch", 80.0, "200", "EXEMPTEXPORT"), ("Delivery", 7.88, "260", "EXEMPTEXPORT")],
            "payments": [87.88], "credited": 0, "due": 0, "status": "PAID",
        }  # fmt: skip
        house.clock.advance(READ_EVERY)
        order = shop.orders["27-00001-00001"]
        day = f"{house.clock.now():%Y-%m-%dT%H:%M:%S.000Z}"
        given = {"amount": amount("7.88"), "refundDate": day, "refundId": "525", "refundStatus": "REFUNDED"}
        summary = order["paymentSummary"] | {"refunds": [given]}
        shop.touch("27-00001-00001", paymentSummary=summary, orderPaymentStatus="PARTIALLY_REFUNDED")
        await look(house, SETTLED)
        found = await find_in_xero(house, "27-00001-00001")
        assert (found["payments"], found["credited"], found["due"]) == ([80.0], 7.88, 0)


async def test_e1_an_order_that_does_not_add_up_is_shown_with_both_numbers(house: House) -> None:
    """The others go on, and it is taken once it does."""
    async with open_stand_in(EtsyShop(house.clock, "AUD")) as shop:
        shop.sell(71, grandtotal=money(6000))
        shop.sell(72)
        await set_shop(house, "etsy", shop, shop.credentials)
        await look(house, SETTLED)
        [refused] = await refused_orders(house)
        assert (refused["number"], "60.00" in refused["reason"], "60.50" in refused["reason"]) == (
            "71",
            True,
            True,
        )
        assert len(await house.list_in_xero()) == 1
        house.clock.advance(READ_EVERY)
        shop.touch(71, grandtotal=money(6050))
        await look(house, SETTLED)
        assert await refused_orders(house) == []
        assert len(await house.list_in_xero()) == 2


async def test_e1_a_token_that_is_renewed_while_a_person_sets_the_shop_is_kept(house: House) -> None:
    """Credentials that were left out stay, whichever they are by then, and with them until when they are good."""
    async with open_stand_in(EtsyShop(house.clock, "AUD")) as shop:
        shop.takes_each_once = True
        shop.sell(71)
        await set_shop(house, "etsy", shop, shop.credentials)
        wish = {"platform": "etsy", "address": shop.address, "customers": "by_email"}

        async def set_otherwise(_: object) -> None:
            await ask(house.api.put(f"{house.path}/shop", json=wish))

        shop.after_next(set_otherwise)
        await look(house)
        await look(house, READ_EVERY)
        assert (await house.in_xero("71"))["Status"] == "PAID"
        shown = await ask(house.api.get(f"{house.path}/shop"))
        assert shown["refused_at"] is None
        again = await ask(house.api.put(f"{house.path}/shop", json=wish))
        assert again["credentials_end_at"] == shown["credentials_end_at"] is not None
        await look(house, READ_EVERY)
        assert (await reading(house))["last_error"] is None
