"""A storm: so much moved in Xero that pages of what moved are read, and not every invoice by its id."""

from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.scenarios.test_busy_worker import leave_a_bulk_waiting
from tests.scenarios.troubles import ask

INVOICES = 24
"""More than a person's hand has, and than go by id."""


async def make(story: Story) -> None:
    """Every invoice is moved in Xero."""
    house = story.house
    bulk = {"count": INVOICES, "customers": 2, "prefix": "storm"}
    await ask(house.app.post("/invoices/bulk", json=bulk))
    await house.drain()
    for number in range(1, INVOICES + 1):
        day = f"2077-03-{number:02}"
        await house.edit_xero(f"STORM-{number:05}", DueDate=day)
        story.ledger.note("xero", f"storm_{number}", "due_on", None, day)
    await ask(house.xero.post("/webhooks/flush"))


async def make_waiting(story: Story) -> None:
    """A bulk waits for other businesses' to leave it room, which they have done by now."""
    await leave_a_bulk_waiting(story.house)


STAGES = (
    Stage("storm", make, Work(("take_in_webhooks", "reconcile", "deliver"))),
    Stage("no_room", make_waiting, Work(("reconcile",))),
)
