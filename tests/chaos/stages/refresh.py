"""A token that has run out while work was due: refreshed once, whatever of it a dead process leaves.

Xero takes the token before for half an hour more, so whoever goes on within that needs no new consent.
"""

from collections.abc import Sequence
from datetime import timedelta

from tests.chaos.stages.stage import PAST_A_LEASE, Stage, Work
from tests.chaos.story import Story
from tests.chaos.weather import clear_up, move_on
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, connection, later

PAST_A_TOKEN = timedelta(minutes=31)


async def make(story: Story) -> None:
    """An edit, and then nothing for half an hour."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    await house.edit("inv_1", reference="R11")
    story.ledger.note("partner", "inv_1", "reference", "PO 1", "R11")
    await move_on(story, PAST_A_TOKEN)


async def make_unanswered(story: Story) -> None:
    """The same, and Xero's identity server gives no answer at first."""
    await make(story)
    await story.house.fault("unavailable_before", "POST", "/connect/token", times=3)


async def follow(story: Story) -> Sequence[str]:
    """The next worker comes when the lease has run out, and does the work with the consent that there is."""
    await later(story.house, PAST_A_LEASE)
    reference = (await story.house.in_xero("N-inv_1"))["Reference"]
    found = [] if reference == "R11" else [f"the edit is not in Xero: {reference}"]
    return [*found, *await find_losses(story)]


async def follow_unanswered(story: Story) -> Sequence[str]:
    """It answers again."""
    await clear_up(story)
    return await follow(story)


async def find_losses(story: Story) -> Sequence[str]:
    """A consent that was called lost although Xero has it."""
    state = (await connection(story.house))["state"]
    told = [each["type"] for each in await list_notices(story.house)]
    lost = "connection.disconnected" in told or state != "active"
    return [f"the consent was called lost: {state}, {told}"] if lost else []


async def list_notices(house: House) -> list[dict[str, str]]:
    """What the app was told of its connection, oldest first."""
    return list((await ask(house.app.get("/notices")))["data"])


STAGE = Stage("refresh", make, Work(("reconcile",)), follow=follow, promise=find_losses)
UNANSWERED = Stage(
    "refresh_unanswered", make_unanswered, Work(("reconcile",)), follow=follow_unanswered, promise=find_losses
)
