"""What comes in by each of its ways: documents, webhooks of both sides, manifests, wishes."""

from typing import Any

import httpx

from tests.chaos.stages.served import Serve, call
from tests.chaos.stages.stage import Stage
from tests.chaos.stages.work import settle_beginning
from tests.chaos.story import Story
from tests.scenarios.troubles import ask


async def make(story: Story) -> None:
    """Invoices that both sides have, and a tax rate that had another percentage when it was read."""
    house = story.house
    await settle_beginning(house)
    levy = await house.at_xero("taxrates", Name="Levy", Rate=10)
    await house.sweep()
    await house.choose(taxes={"levy": levy["TaxType"]})
    rate = f"/people/{house.tenant_id}/taxrates/{levy['TaxType']}"
    await ask(house.xero.patch(rate, json={"Rate": 15}))


async def come_in(story: Story, api: httpx.AsyncClient) -> None:
    """Everything that comes in, by each of its ways."""
    house, note = story.house, story.ledger.note
    await house.edit("inv_1", reference="R11")
    note("partner", "inv_1", "reference", "R1", "R11")
    await house.write("inv_6", reference="R6", contact={"id": "cus_3", "name": "Customer cus_3"})
    note("partner", "inv_6", "reference", None, "R6")
    await ask(house.app.patch("/contacts/cus_1", json={"email": "a1@example.com"}))
    note("partner", "cus_1", "email", None, "a1@example.com")
    await ask(house.app.post("/invoices/inv_1/payments/alone", json={"id": "p1", "amount": "1.01"}))
    note("partner", "inv_1", "payments", None, "1.01")
    known = await ask(house.app.get("/plumbline"))
    await ask(house.app.put("/plumbline", json=known | {"send": "webhook"}))
    await house.edit("inv_2", reference="R21")
    note("partner", "inv_2", "reference", "R2", "R21")
    await ask(house.app.patch("/contacts/cus_1", json={"phone": "0400 111 222"}))
    note("partner", "cus_1", "phone", None, "0400 111 222")
    await ask(house.app.put("/plumbline", json=known))
    await house.edit_xero("N-inv_1", DueDate="2077-03-03")
    note("xero", "inv_1", "due_on", None, "2077-03-03")
    await house.xero.post("/webhooks/flush")
    line = {"id": "l1", "description": "Levied", "quantity": "1", "unit_price": "100.00", "tax": "levy"}
    customer = {"id": "cus_1", "name": "Customer cus_1"}
    taxed = {"lines": [line], "amounts_are": "tax_exclusive", "total": "115.00", "contact": customer}
    await house.write("inv_7", reference="R7", **taxed)
    note("partner", "inv_7", "reference", None, "R7")
    for method, path, body in _list_calls():
        await call(api, method, f"{house.path}{path}", body)


def _list_calls() -> list[tuple[str, str, Any]]:
    return [
        ("POST", "/manifest", {"invoices": [{"id": "inv_1", "version": 1}]}),
        ("PATCH", "/settings", {"conflict_policy": "newest_wins"}),
        ("POST", "/invoices/inv_3/skip", {"note": "later"}),
        ("POST", "/invoices/inv_3/resume", None),
        ("POST", "/sweep", None),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
    ]


STAGE = Stage("intake", make, Serve(come_in))
