"""What the drawn calls meet: a joined business with invoices on both sides, and what of it they may name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.scenarios.house import House
from tests.scenarios.opening import open_house


@dataclass(frozen=True)
class Stage:
    """Where the API is, a key of an admin, and ids that exist, by the name of the parameter that takes them."""

    contract_url: str
    api_key: str
    known: dict[str, Any]


@asynccontextmanager
async def open_stage(database_url: str, redis_url: str) -> AsyncIterator[Stage]:
    """Two invoices in step, a draft, a held one, a product, and a conflict that waits for a person."""
    async with open_house(database_url, redis_url) as house:
        await house.connect(conflict_policy="hold")
        await _fill(house)
        url = f"{str(house.api.base_url).rstrip('/')}/openapi.json"
        known = {"connection_id": [house.connection_id], "invoice_id": ["inv_1", "inv_2", "inv_3", "inv_4"],
                 "contact_id": ["cus_1"], "item_id": ["prd_1"]}  # fmt: skip
        yield Stage(url, house.partner["api_key"], known)


async def _fill(house: House) -> None:
    await house.write()
    await house.write("inv_2")
    await house.write("inv_3", status="draft")
    unmapped = {
        "id": "l1",
        "description": "Odd",
        "quantity": "1",
        "unit_price": "10.00",
        "category": "odd",
        "tax": "gst",
    }
    await house.write("inv_4", lines=[unmapped])
    product = {"id": "prd_1", "version": 1, "code": "TAP", "name": "Mixer tap"}
    (await house.api.put(f"{house.path}/items/prd_1", json=product)).raise_for_status()
    await house.drain()
    await house.edit("inv_2", reference="PO in the app")
    await house.edit_xero("N-inv_2", Reference="PO in Xero")
    await house.drain()
