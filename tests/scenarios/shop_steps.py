"""What stories of shops do: a shop is set, asked, and looked at from both sides."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask
from tests.shops.woocommerce import WooShop

A_MOMENT = timedelta(seconds=2)
"""After which no order keeps the instant of its last change while it changes again."""

ACCOUNTS = {"general": "200", "shipping": "260", "discount": "270", "fees": "270"}
TAXES = {"GST 10%": "OUTPUT", "none": "EXEMPTOUTPUT"}


async def set_woo(house: House, shop: WooShop, *, hears: bool = True, **more: Any) -> Json:
    """The business's bookkeeper sets the shop, its accounts and its taxes."""
    await house.choose(revenue_accounts=ACCOUNTS, taxes=TAXES)
    wish = {
        "platform": "woocommerce",
        "address": shop.address,
        "credentials": {"consumer_key": shop.key, "consumer_secret": shop.secret},
        "orders_from": "2026-01-01",
    } | ({"webhook_secret": shop.webhook_secret} if hears else {})
    shown = await ask(house.api.put(f"{house.path}/shop", json=wish | more))
    shop.webhook_url = f"{str(house.api.base_url).rstrip('/')}/webhooks/shops/{house.connection_id}"
    return dict(shown)


async def look(house: House, wait: timedelta = A_MOMENT) -> None:
    """A moment passes, a worker looks at the shop if that is due, and what follows from it is done."""
    house.clock.advance(wait)
    if await house.parts.reading.nudge_due():
        await house.parts.reading.read(UUID(house.connection_id))
    await house.drain()


async def reading(house: House) -> Json:
    """How the looks at the shop stand."""
    return dict((await ask(house.api.get(f"{house.path}/partner-side")))["reading"])


async def refused_orders(house: House) -> list[Json]:
    """The orders that could not be taken."""
    return list((await ask(house.api.get(f"{house.path}/shop/refused-orders")))["data"])


async def check(house: House, code: str) -> Json:
    """One check of the check-up."""
    checks = (await ask(house.api.get(f"{house.path}/checkup")))["checks"]
    [found] = [each for each in checks if each["code"] == code]
    return dict(found)


def lines_of(invoice: Json) -> list[tuple[str, float, str, str]]:
    """Description, amount, account and tax type of each line in Xero."""
    return [
        (each["Description"], each["LineAmount"], each["AccountCode"], each["TaxType"])
        for each in invoice["LineItems"]
    ]


def payments_of(invoice: Json) -> list[float]:
    """What each payment in Xero comes to."""
    return sorted(each["Amount"] for each in invoice["Payments"])
