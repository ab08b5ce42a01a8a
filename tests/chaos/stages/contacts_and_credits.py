"""Rarer work: a customer given another contact by hand, a credit of Xero's, groups, products."""

from collections.abc import Sequence

from tests.chaos.stages.stage import PAST_A_LEASE, Stage, Work
from tests.chaos.story import Story
from tests.scenarios.test_credits import credit_in_xero
from tests.scenarios.troubles import ask, later

CHOSEN = "Customer chosen"
TAP = {"id": "prd_1", "version": 1, "code": "TAP", "name": "Mixer tap"}
PRODUCTS = [("TAP", "Tap, mixing"), ("WIDGET", "Widget")]


def _contact(number: int) -> dict[str, str]:
    return {"id": f"cus_{number}", "name": f"Customer cus_{number}", "email": f"cus_{number}@example.com"}


async def make(story: Story) -> None:
    """Everything of it is due."""
    house = story.house
    await house.at_xero("contactgroups", Name="Trade")
    await house.choose(unknown_item="create", items="on", contact_groups={"trade": "Trade"})
    await ask(house.api.put(f"{house.path}/items/prd_1", json=TAP))
    for number in (1, 2):
        await house.write(f"inv_{number}", contact=_contact(number))
    await house.drain()
    chosen = await house.at_xero("contacts", Name=CHOSEN)
    choice = {"xero_contact_id": chosen["ContactID"], "with_invoices": True}
    await ask(house.api.put(f"{house.path}/contacts/cus_1/link", json=choice))
    await credit_in_xero(house, 40, "N-inv_2")
    await ask(house.app.patch("/contacts/cus_2", json={"groups": ["trade"]}))
    await ask(house.api.put(f"{house.path}/items/prd_1", json=TAP | {"version": 2, "name": "Tap, mixing"}))
    line = {"id": "l1", "description": "Widget", "unit_price": "30.00", "tax": "gst", "item_code": "WIDGET"}
    await house.write("inv_3", contact=_contact(2), lines=[line])
    await ask(house.xero.post("/webhooks/flush"))


async def follow(story: Story) -> Sequence[str]:
    """The choice is carried out; the app's next document of the invoice knows the customer by the name of Xero's."""
    await later(story.house, PAST_A_LEASE)
    await story.house.edit("inv_1", contact={"id": "cus_1", "name": CHOSEN})
    return ()


async def promise(story: Story) -> Sequence[str]:
    """Each of them was done, once."""
    house = story.house
    contact = (await house.in_xero("N-inv_1"))["Contact"]["Name"]
    credits_shown = [each["amount"] for each in (await house.in_app("inv_2"))["credits"]]
    items = (await ask(house.xero.get(f"/people/{house.tenant_id}/items")))["Items"]
    products = sorted((each["Code"], each["Name"]) for each in items)
    [group] = (await ask(house.xero.get(f"/people/{house.tenant_id}/contactgroups")))["ContactGroups"]
    made = (contact, credits_shown, products, len(group["Contacts"]))
    is_whole = made == (CHOSEN, ["40.00"], PRODUCTS, 1)
    return [] if is_whole else [f"it came to {made}"]


STAGE = Stage(
    "rarer_work",
    make,
    Work(("take_in_webhooks", *("reconcile", "deliver") * 2)),
    follow=follow,
    promise=promise,
)
