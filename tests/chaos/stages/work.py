"""The work in which processes are killed: as many kinds of step as one pass can have, all due at once.

Everything before this was settled; then people on both sides did what stands in `_make_work`, and no worker has looked.
"""

from datetime import timedelta

from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.chaos.weather import move_on
from tests.scenarios.house import House
from tests.scenarios.test_gate import write_in_xero
from tests.scenarios.troubles import ask

TAP = {"id": "prd_1", "version": 1, "code": "TAP", "name": "Mixer tap"}
PAST_A_TOKEN = timedelta(minutes=31)


def _invoice(number: int, customer: str, **more: object) -> dict[str, object]:
    return {
        "reference": f"R{number}",
        "contact": {"id": customer, "name": f"Customer {customer}", "email": f"{customer}@example.com"},
        "lines": [
            {
                "id": "l1",
                "description": f"Line {number}",
                "quantity": "1",
                "unit_price": "500.00",
                "tax": "gst",
            }
        ],
    } | more


def _paid(n: int) -> dict[str, str]:
    return {"id": f"p{n}", "amount": f"1.{n:02}", "paid_on": "2026-11-20", "method": "card"}


def _credited(n: int, kind: str) -> dict[str, str]:
    return {"id": f"c{n}", "kind": kind, "amount": f"2.{n:02}", "applied_on": "2026-11-20"}


async def make(story: Story) -> None:
    """What stood before, and what came then."""
    await settle_beginning(story.house)
    await _make_work(story)


async def settle_beginning(house: House) -> None:
    """What stands on both sides before: invoices with payments and credits, a conflict that waits for a person."""
    await house.choose(items="on", overpayments="book", conflict_policy="hold")
    await house.write("inv_1", **_invoice(1, "cus_1"))
    await house.write("inv_2", **_invoice(2, "cus_2"))
    await house.write("inv_3", **_invoice(3, "cus_1", payments=[_paid(31)]))
    await house.write("inv_4", **_invoice(4, "cus_2", credits=[_credited(41, "credit_note")]))
    await house.write("inv_5", **_invoice(5, "cus_1"))
    await house.drain()
    await house.edit("inv_5", reference="R51")
    await house.edit_xero("N-inv_5", Reference="R52")
    await house.drain()
    await ask(house.xero.post("/webhooks/flush"))


async def _make_work(story: Story) -> None:
    """What people do then, and what has come due meanwhile."""
    house, note = story.house, story.ledger.note
    await ask(house.api.put(f"{house.path}/items/prd_1", json=TAP))
    await house.edit("inv_1", reference="R11")
    note("partner", "inv_1", "reference", "R1", "R11")
    await house.edit_xero("N-inv_1", DueDate="2077-03-03")
    note("xero", "inv_1", "due_on", None, "2077-03-03")
    await ask(house.app.post("/invoices/inv_2/cancel", json={}))
    story.ledger.end("partner", "inv_2")
    await ask(house.app.delete("/invoices/inv_3/payments/p31/alone"))
    await ask(house.app.delete("/invoices/inv_4/credits/c41/alone"))
    await _decide(house)
    line = {"id": "l1", "description": "Tap", "unit_price": "110.00", "tax": "gst", "item_code": "TAP"}
    given = [_credited(61, "credit_note"), _credited(62, "prepayment")]
    more = {"lines": [line], "payments": [_paid(61)], "credits": given}
    await house.write("inv_6", **_invoice(6, "cus_3", **more))
    note("partner", "inv_6", "reference", None, "R6")
    await ask(house.app.patch("/contacts/cus_1", json={"email": "a1@example.com"}))
    note("partner", "cus_1", "email", None, "a1@example.com")
    await ask(
        house.xero.patch(
            f"/people/{house.tenant_id}/contacts/Customer cus_2", json={"EmailAddress": "x2@example.com"}
        )
    )
    note("xero", "cus_2", "email", None, "x2@example.com")
    await write_in_xero(house, "X-1", Reference="R7")
    note("xero", "X-1", "reference", None, "R7")
    await ask(house.xero.post("/webhooks/flush"))
    await ask(house.api.post(f"{house.path}/compare"))
    await ask(house.api.post(f"{house.path}/sweep"))
    await move_on(story, PAST_A_TOKEN)


async def _decide(house: House) -> None:
    [conflict] = await house.conflicts()
    path = f"{house.path}/conflicts/{conflict['id']}/resolve"
    await ask(house.api.post(path, json={"action": "take_partner"}))


STAGE = Stage("work", make, Work(("take_in_webhooks", *("reconcile", "deliver") * 2)))
