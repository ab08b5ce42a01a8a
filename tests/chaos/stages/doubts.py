"""What a lost answer leaves: creates of every kind may have happened, and whoever looks for them dies at that.

Found or made again, in the end there is one of each.
"""

from tests.chaos.stages.stage import PAST_A_LEASE, Stage, Work
from tests.chaos.story import Story
from tests.chaos.weather import move_on
from tests.scenarios.house import Json
from tests.scenarios.troubles import reconcile

CREATES = ("/Contacts", "/Invoices", "/Payments", "/CreditNotes", "/BankTransactions")
LATER = PAST_A_LEASE * 3
"""Xero has forgotten the keys of the calls by then."""


def _invoice(number: int, **parts: list[Json]) -> Json:
    customer = {"id": f"cus_{number}", "name": f"Customer cus_{number}"}
    return {"reference": f"R{number}", "contact": customer, **parts}


async def make(story: Story) -> None:
    """Of each kind one whose create was cut off after it was done."""
    house = story.house
    for number in (1, 2, 3):
        await house.write(f"inv_{number}", **_invoice(number))
    await house.drain()
    for path in CREATES:
        await house.fault("cut_after", "PUT", path)
    paid = {"id": "p1", "amount": "1.01", "paid_on": "2026-11-20", "method": "card"}
    await house.edit("inv_1", payments=[paid])
    for number, kind in ((2, "credit_note"), (3, "prepayment")):
        credit = {"id": f"c{number}", "kind": kind, "amount": f"2.0{number}", "applied_on": "2026-11-20"}
        await house.edit(f"inv_{number}", credits=[credit])
    await house.write("inv_4", **_invoice(4))
    for _ in CREATES:
        await reconcile(house)
        await move_on(story, LATER)


STAGE = Stage("doubts", make, Work(("reconcile", LATER, "reconcile", "deliver")))
