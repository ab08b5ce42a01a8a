"""What goes to a partner's apps: copies to those that listen, one that is gone, changes that meet an edit, and notices.

Whatever dies, each message comes at least once under its one id, and what the app holds is what it should hold.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text

from app.demo.stage import find_free_port
from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.integration.delivery.odd_app import OddApp, serve_odd_app
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, flush, reconcile, rows

CHANGES = 9
"""One more than are sent at a time."""

A_WHILE = timedelta(minutes=30)
"""Longer than a claim, and than the first tries of a message wait."""

ENDPOINTS = "/v1/webhook-endpoints"


async def make_copies(story: Story) -> None:
    """Two apps more listen, of which one says that it is gone; a notice and a change wait for all of them."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    for name in ("ear", "gone"):
        app = story.kept[name] = await story.stack.enter_async_context(serve_odd_app())
        made = await ask(house.api.post(ENDPOINTS, json={"url": app.webhook_url, "part": "listens"}))
        story.kept[f"{name}_id"] = made["id"]
    story.kept["gone"].say(410)
    for act in ("pause", "resume"):
        await ask(house.api.post(f"{house.path}/{act}"))
    await _edit_in_xero(story, 1)
    # What the API just stored is due by the worker's clock.
    house.clock.advance(timedelta(minutes=1))
    await reconcile(house)


async def send_again(story: Story) -> Sequence[str]:
    """Those whose claims have run out, and those that were not taken."""
    for _ in range(2):
        story.house.clock.advance(A_WHILE)
        await story.house.drain()
    return ()


async def find_unheard(story: Story) -> Sequence[str]:
    """Every copy was heard by the one that listens, and the one that is gone is called no more."""
    house, ear = story.house, story.kept["ear"]
    copies = await rows(
        house,
        "SELECT message_id, state FROM deliveries WHERE is_copy AND endpoint_id = CAST(:id AS uuid)",
        id=story.kept["ear_id"],
    )
    gone = await ask(house.api.get(f"{ENDPOINTS}/{story.kept['gone_id']}"))
    found = [f"{each['message_id']} is {each['state']}" for each in copies if each["state"] != "delivered"]
    found += [f"{name} was not heard" for name in {each["message_id"] for each in copies} - _heard(ear)]
    found += ["nothing was copied"] if not copies else []
    return [*found, "the app that is gone is still called"] if gone["is_enabled"] else found


def _heard(app: OddApp) -> set[str]:
    return {headers["webhook-id"] for headers in app.headers}


async def make_gone(story: Story) -> None:
    """More changes than are sent at a time, and nobody at the app's address."""
    house = story.house
    await ask(house.app.post("/invoices/bulk", json={"count": CHANGES, "customers": 1, "prefix": "bulk"}))
    await house.drain()
    for number in range(1, CHANGES + 1):
        await house.edit_xero(f"BULK-{number:05}", Reference=f"R{number}")
        story.ledger.note("xero", f"bulk_{number}", "reference", None, f"R{number}")
    await flush(house)
    await reconcile(house)
    [kept] = await rows(house, "SELECT url FROM webhook_endpoints")
    story.kept["url"] = kept["url"]
    await _move_app(house, f"http://127.0.0.1:{find_free_port()}/hook")


async def come_back(story: Story) -> Sequence[str]:
    """The app is there again."""
    await _move_app(story.house, story.kept["url"])
    return ()


async def _move_app(house: House, url: str) -> None:
    async with house.database.writing() as session:
        await session.execute(text("UPDATE webhook_endpoints SET url = :url"), {"url": url})


async def make_crossing(story: Story) -> None:
    """A change on its way to an app in which somebody edited the same field, and has not sent it yet."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    await _edit_in_xero(story, 1)
    await reconcile(house)
    await house.edit("inv_1", reference="R12", send=False)
    story.ledger.note("partner", "inv_1", "reference", "PO 1", "R12")


async def _edit_in_xero(story: Story, number: int) -> None:
    await story.house.edit_xero(f"N-inv_{number}", Reference=f"X{number}")
    story.ledger.note("xero", f"inv_{number}", "reference", "PO 1", f"X{number}")
    await flush(story.house)


STAGES = (
    Stage("copies", make_copies, Work(("deliver",)), follow=send_again, promise=find_unheard),
    Stage("app_gone", make_gone, Work(("nudge_due_changes", "deliver")), follow=come_back),
    Stage("crossing_edit", make_crossing, Work(("deliver", "reconcile"))),
)
