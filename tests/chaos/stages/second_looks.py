"""What one look does not settle: a customer who is not shown yet, and a credit that is to be less than it is.

A create that was cut off is looked for, not shown, made again and refused, since our number is taken: by that number
the customer is found. Of an overpayment the app wants to use less: it is taken off the invoice, and allocated anew; a
payment that the app changed goes the same way.
"""

from collections.abc import Sequence

from tests.chaos.stages.stage import PAST_A_LEASE, Stage, Work
from tests.chaos.story import Story
from tests.chaos.weather import move_on
from tests.scenarios.test_credits import held_in_xero
from tests.scenarios.troubles import ask, reconcile

OVERPAID, LEFT, PAID = 40.0, 30.0, 60.0
KEY_FORGOTTEN = PAST_A_LEASE * 5


async def make(story: Story) -> None:
    """An overpayment is allocated at Xero's screen, and the app wants less of it; a create was cut off, and what Xero
    shows is older than that.
    """
    house = story.house
    for number in (1, 3):
        await house.write(f"inv_{number}", reference=f"R{number}")
    await ask(house.app.post("/invoices/inv_3/payments", json={"amount": "50.00", "method": "card"}))
    await house.drain()
    contact = {"ContactID": (await house.in_xero())["Contact"]["ContactID"]}
    line = {"Description": "Paid too much", "Quantity": 1, "UnitAmount": OVERPAID}
    over = await house.at_xero("overpayments", Contact=contact, LineItems=[line])
    await house.at_xero(f"overpayments/{over['OverpaymentID']}/allocations", InvoiceNumber="N-inv_1")
    await house.drain()
    await house.fault("stale", "GET", "/Contacts")
    await house.fault("cut_after", "PUT", "/Contacts")
    await house.write("inv_2", contact={"id": "cus_2", "name": "Customer cus_2"})
    await reconcile(house)
    await move_on(story, KEY_FORGOTTEN)
    [credit], [payment] = (await house.in_app())["credits"], (await house.in_app("inv_3"))["payments"]
    await house.edit(credits=[credit | {"amount": f"{LEFT:.2f}"}])
    await house.edit("inv_3", payments=[payment | {"amount": f"{PAID:.2f}"}])


async def promise(story: Story) -> Sequence[str]:
    """One customer, and so much of the overpayment and of the payment as the app says."""
    house = story.house
    [over] = await held_in_xero(house, "overpayments")
    used = [each["Amount"] for each in over["Allocations"]]
    named = [
        each["Name"]
        for each in (await ask(house.xero.get(f"/people/{house.tenant_id}/contacts")))["Contacts"]
    ]
    paid = [each["Amount"] for each in (await house.in_xero("N-inv_3"))["Payments"]]
    made = (used, paid, named.count("Customer cus_2"))
    return [] if made == ([LEFT], [PAID], 1) else [f"it came to {made}"]


STAGE = Stage(
    "second_looks",
    make,
    Work(("reconcile", PAST_A_LEASE, "reconcile", "deliver", "reconcile")),
    promise=promise,
)
