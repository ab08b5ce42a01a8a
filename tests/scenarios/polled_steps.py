"""What stories of shops that are asked only do: one is set, and Xero is looked at."""

from collections.abc import Mapping
from typing import Any

from tests.scenarios.house import House, Json
from tests.scenarios.shop_steps import ACCOUNTS, lines_of, payments_of
from tests.scenarios.troubles import ask
from tests.shops.stand_in import StandIn

TAXES = {"GST": "OUTPUT", "GST US": "EXEMPTEXPORT", "none": "EXEMPTOUTPUT"}


async def set_shop(house: House, platform: str, shop: StandIn, credentials: Mapping[str, str]) -> Json:
    """The business's bookkeeper sets the shop, its accounts and its taxes."""
    await house.choose(revenue_accounts=ACCOUNTS, taxes=TAXES)
    wish = {
        "platform": platform,
        "address": shop.address,
        "credentials": dict(credentials),
        "orders_from": "2026-01-01",
    }
    return dict(await ask(house.api.put(f"{house.path}/shop", json=wish)))


async def find_in_xero(house: House, number: str) -> dict[str, Any]:
    """What Xero shows: lines, payments, what was credited and what is due."""
    invoice = await house.in_xero(number)
    return {
        "lines": lines_of(invoice),
        "payments": payments_of(invoice),
        "credited": invoice["AmountCredited"],
        "due": invoice["AmountDue"],
        "status": invoice["Status"],
    }
