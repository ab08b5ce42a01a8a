"""E1: all shops of Etsy have one address, and all sellers of eBay: another one is not taken for the first.

Their orders would be mixed under one connection, and the daily compare would tell those of the first as gone.
"""

from datetime import timedelta

from app.reading.reading import READ_EVERY
from tests.scenarios.house import House
from tests.scenarios.polled_steps import set_shop
from tests.scenarios.rows.test_orders_of_polled_shops import SETTLED
from tests.scenarios.shop_steps import check, look, reading
from tests.scenarios.troubles import ask, discrepancies
from tests.shops.ebay_shop import EbayShop
from tests.shops.etsy_shop import EtsyShop
from tests.shops.stand_in import open_stand_in

A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)


async def test_e1_another_shop_of_etsy_is_refused(house: House) -> None:
    """By its number, before anything of it is read or kept, unless a person says that it is the same."""
    async with open_stand_in(EtsyShop(house.clock, "AUD")) as shop:
        shop.sell(71)
        await set_shop(house, "etsy", shop, shop.credentials)
        await look(house, SETTLED)
        wish = {
            "platform": "etsy",
            "address": shop.address,
            "credentials": {**shop.credentials, "shop_id": "7"},
        }
        refused = await house.api.put(f"{house.path}/shop", json=wish)
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["field"] == "credentials.shop_id"
        shop.sell(72)
        await look(house, READ_EVERY)
        assert (await house.in_xero("72"))["Status"] == "PAID", "the first shop is read as before"
        await set_shop(house, "etsy", shop, shop.credentials)
        await ask(house.api.put(f"{house.path}/shop", json=wish | {"is_same_shop": True}))


async def test_e1_another_seller_of_ebay_is_noticed_by_its_first_order(house: House) -> None:
    """Its credentials do not say whose they are, its orders do: none is taken, and the reason says what to do."""
    async with open_stand_in(EbayShop(house.clock, "AUD")) as shop:
        shop.sell("27-00001-00001")
        await set_shop(house, "ebay", shop, shop.credentials)
        await look(house, SETTLED)
        house.clock.advance(A_MINUTE)
        shop.orders.clear()
        shop.sell("27-00002-00002", sellerId="another")
        await set_shop(house, "ebay", shop, shop.credentials)
        await look(house, SETTLED)
        assert len(await house.list_in_xero()) == 1
        said = (await reading(house))["last_error"]
        assert ("seller another" in said, "those of switches" in said) == (True, True)
        assert (await check(house, "shop"))["outcome"] == "warning"
        assert await discrepancies(house) == []
        shop.touch("27-00002-00002", sellerId="switches")
        await look(house, AN_HOUR)
        assert (await house.in_xero("27-00002-00002"))["Status"] == "PAID"


async def test_e1_a_seller_of_ebay_who_has_another_name_goes_on(house: House) -> None:
    """Once a person says that it is the same business; who may be mixed with whom is told anew from then on."""
    async with open_stand_in(EbayShop(house.clock, "AUD")) as shop:
        shop.sell("27-00001-00001")
        await set_shop(house, "ebay", shop, shop.credentials)
        await look(house, SETTLED)
        house.clock.advance(A_MINUTE)
        for order in shop.orders.values():
            order["sellerId"] = "lights"
        shop.sell("27-00002-00002", sellerId="lights")
        wish = {"platform": "ebay", "address": shop.address, "credentials": shop.credentials}
        await ask(house.api.put(f"{house.path}/shop", json=wish | {"is_same_shop": True}))
        await look(house, SETTLED)
        assert (await house.in_xero("27-00002-00002"))["Status"] == "PAID"
        shop.sell("27-00003-00003", sellerId="another")
        await look(house, AN_HOUR)
        assert "those of lights" in (await reading(house))["last_error"]
