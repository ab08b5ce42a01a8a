"""More connections of the house's partner: each a business with an organisation of its own."""

from dataclasses import dataclass

from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask


@dataclass(frozen=True)
class Shop:
    """One connection of many."""

    connection_id: str
    tenant_id: str
    is_noisy: bool = False

    @property
    def path(self) -> str:
        """The connection's address."""
        return f"/v1/connections/{self.connection_id}"


async def open_shop(house: House, number: int, **settings: object) -> Shop:
    """Join one: its consent, its sales account, and other settings."""
    made = await ask(house.xero.post("/organisations", json={"name": f"Shop {number}"}))
    opened = await ask(house.api.post("/v1/connections", json={"business_id": f"biz_{number}"}))
    await house.consent(opened["authorise_url"], tenant_id=made["tenant_id"])
    shop = Shop(opened["id"], made["tenant_id"])
    accounts = await ask(house.api.get(f"{shop.path}/accounts", params={"fit_for": "sales"}))
    chosen = {"revenue_accounts": {"general": accounts["data"][0]["account_id"]}}
    await ask(house.api.patch(f"{shop.path}/settings", json=chosen | settings))
    return shop


def build_document(
    named: str, version: int = 1, description: str = "Job", reference: str | None = None
) -> Json:
    """A sent invoice of ten dollars, of a customer of its own."""
    return {
        "id": named,
        "number": named.upper(),
        "version": version,
        "based_on": None,
        "status": "sent",
        "sent_at": "2026-11-20T03:15:00Z",
        "currency": "AUD",
        "amounts_are": "tax_inclusive",
        "issued_on": "2026-11-20",
        "due_on": "2026-12-04",
        "reference": reference,
        "contact": {"id": f"c{named}", "name": f"Customer {named}"},
        "lines": [
            {"id": "l1", "description": description, "quantity": "1", "unit_price": "10.00", "category": "general",
             "tax": "gst"}
        ],
    }  # fmt: skip
