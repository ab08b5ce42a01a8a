"""Whose word stands over an end, and which way things travel: decided by people while everything goes on.

A decision over an end is noted in the ledger like any other end, or like an invoice that somebody brings back.
"""

from typing import Any

from tests.chaos import office, weather
from tests.chaos.in_xero import path_to
from tests.chaos.ledger import scalars
from tests.chaos.story import Act, Story
from tests.scenarios.house import Json
from tests.scenarios.troubles import ask

STATUS = "status"
KINDS = ("invoices", "contacts", "payments", "credits")
FIELDS = (STATUS, "contact.email", "contact.name", "lines")


async def dispute_end(story: Story) -> None:
    """An invoice goes back to draft in the app, or is sent again, and is voided in Xero: a person is to decide."""
    house, invoice_id = story.house, story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    if held is None:
        return
    chosen = {"conflict_policies": {STATUS: "hold"}}
    await story.find(house.api.patch(f"{house.path}/settings", json=chosen))
    changes = {STATUS: "sent" if held[STATUS] == "cancelled" else "draft"}
    answer = await story.find(house.app.patch(f"/invoices/{invoice_id}", json=changes))
    if answer is not None:
        # Somebody else may have cancelled it since the look.
        story.ledger.reopen(invoice_id, answer["document"]["version"])
    if (
        await story.find(house.xero.post(path_to(story, f"invoices/N-{invoice_id}/void"), json={}))
        is not None
    ):
        story.ledger.end("xero", invoice_id)
        await weather.let_go(story)


async def decide_end(story: Story) -> None:
    """A person decides whether an invoice is over; what stands there was seen."""
    house = story.house
    page = await story.find(house.api.get(f"{house.path}/conflicts"))
    disputed = [each for each in (page or {"data": []})["data"] if each["path"] == STATUS]
    if not disputed:
        await dispute_end(story)
        return
    conflict = story.random.choice(disputed)
    path = f"{house.path}/conflicts/{conflict['id']}"
    seen = await story.find(house.api.get(path))
    wish = story.random.choice(WISHES)
    if seen is None or await story.find(house.api.post(f"{path}/resolve", json=wish)) is None:
        return
    note_decided_end(story, conflict["invoice_id"], find_decided(seen, wish))
    for each in sorted(set(scalars(seen))):
        story.ledger.note("decided", conflict["invoice_id"], STATUS, each, None)


WISHES: tuple[Json, ...] = (
    {"action": "take_xero"},
    {"action": "take_partner"},
    {"action": "merged", "values": {STATUS: "sent"}},
    {"action": "merged", "values": {STATUS: "cancelled"}},
)


def find_decided(seen: Json, wish: Json) -> Any:
    """The value that comes of a wish for a conflict that was looked at."""
    offers = {each["action"]: each["value"] for each in seen["choices"]}
    return wish.get("values", {}).get(STATUS) or offers.get(wish["action"])


def note_decided_end(story: Story, thing: str, value: Any) -> None:
    """Somebody decided that an invoice is over, or that it is not."""
    if value == "cancelled":
        story.ledger.end("decided", thing)
    else:
        story.ledger.reopen(thing)


async def turn(story: Story) -> None:
    """The business has a kind of things, or a field, travel another way from now on."""
    way = story.random.choice([None, *office.LANES])
    chosen: Json = {"directions": {story.random.choice(KINDS): way}}
    if story.random.random() < 0.5:
        chosen = {"fields": {story.random.choice(FIELDS): way}}
    await story.find(story.house.api.patch(f"{story.house.path}/settings", json=chosen))


async def open_all(story: Story) -> None:
    """Everything travels again, and the connection works."""
    house = story.house
    opened = {"directions": dict.fromkeys(KINDS), "fields": dict.fromkeys((*FIELDS, *office.FIELDS))}
    await ask(house.api.patch(f"{house.path}/settings", json=opened))
    await office.open_all(story)


IN_THE_OFFICE: dict[str, Act] = {"turn": turn}
AT_XERO: dict[str, Act] = {"dispute_end": dispute_end, "decide_end": decide_end}
