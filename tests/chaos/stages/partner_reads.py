"""The app's side read: what it lost on the way comes in, what it no longer has is told once, a failure goes on."""

from collections.abc import Sequence
from datetime import timedelta

from app.reading.reading import STEPS_AT_ONCE
from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.chaos.worker import TO_END
from tests.scenarios.house import House
from tests.scenarios.test_reading import be_read, read
from tests.scenarios.troubles import app_fault, rows

PAST_A_CLAIM = timedelta(minutes=20)


async def make(story: Story) -> None:
    """One edit never arrived, and one invoice is no longer there to be read."""
    house = story.house
    for number in (1, 2):
        await house.write(f"inv_{number}")
    await house.drain()
    await be_read(house, page_size=1, lost=["inv_2"])
    await _lose_edit(story)


async def make_many(story: Story) -> None:
    """One edit never arrived, of an app with more pages than one portion of a look."""
    house = story.house
    await house.write("inv_1")
    for number in range(2, STEPS_AT_ONCE + 4):
        await house.write(f"inv_{number}", status="draft", sent_at=None)
    await house.drain()
    await be_read(house, page_size=1)
    await _lose_edit(story)


async def make_failing(story: Story) -> None:
    """The same, and the app fails at the first call."""
    house = story.house
    for number in (1, 2):
        await house.write(f"inv_{number}")
    await house.drain()
    await be_read(house, fail_next=1)
    await _lose_edit(story)


async def _lose_edit(story: Story) -> None:
    await app_fault(story.house, lose_outgoing_next=1)
    await story.house.edit("inv_1", reference="R11")
    story.ledger.note("partner", "inv_1", "reference", "PO 1", "R11")


async def follow(story: Story) -> Sequence[str]:
    """The look that comes next brings it."""
    house = story.house
    for _ in range(2):
        house.clock.advance(PAST_A_CLAIM)
        await house.parts.reading.nudge_due()
        await read(house)
    reference = (await house.in_xero("N-inv_1"))["Reference"]
    return [] if reference == "R11" else [f"the lost edit is not in Xero: {reference}"]


async def find_untold(story: Story) -> Sequence[str]:
    """What the app no longer has is told, once."""
    told = await _count_missing(story.house)
    return [] if told == 1 else [f"that the app lacks an invoice is told {told} times"]


async def _count_missing(house: House) -> int:
    [row] = await rows(house, "SELECT count(*) AS told FROM discrepancies WHERE kind = 'missing_at_partner'")
    return int(row["told"])


STAGES = (
    Stage(
        "partner_read",
        make,
        Work(("nudge_reads", "read_partner", "reconcile")),
        follow=follow,
        promise=find_untold,
    ),
    Stage("partner_read_left", make, Work(("nudge_reads", TO_END, "read_partner")), follow=follow),
    Stage(
        "partner_read_parked",
        make_many,
        Work(("nudge_reads", "read_partner", "read_partner", "read_partner", "reconcile")),
        follow=follow,
    ),
    Stage(
        "partner_read_failing",
        make_failing,
        Work(("read_partner", timedelta(hours=1), "read_partner")),
        follow=follow,
    ),
)
