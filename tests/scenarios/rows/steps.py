"""What several stories of the rows do and look at."""

import httpx

from app.clock import SystemClock
from tests.scenarios.house import House, Json

GST, FREE = "OUTPUT", "EXEMPTOUTPUT"


async def allow(house: House, authorise_url: str, **choice: str) -> httpx.Response:
    """A person answers Xero's page; what the worker does comes after what the API read then."""
    page = await house.consent(authorise_url, **choice)
    house.clock.advance(SystemClock().now() - house.clock.now())
    return page


def line(key: str, price: str, **more: str | None) -> Json:
    """A line of one piece."""
    return {
        "id": key,
        "description": f"Line {key}",
        "quantity": "1",
        "unit_price": price,
        "tax": "gst",
    } | more


async def booked(house: House, number: str = "N-inv_1") -> list[tuple[str, str]]:
    """Account and tax type of each line in Xero."""
    return [(each["AccountCode"], each["TaxType"]) for each in (await house.in_xero(number))["LineItems"]]
