"""A test transaction: whatever dies in it, nothing of it stays in Xero, and it says how it ended."""

from collections.abc import Sequence

from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.scenarios.test_trials import NEXT, begin, left_in_xero, shown

TURNS = 3


async def make(story: Story) -> None:
    """An admin asks for one."""
    await begin(story.house)


async def follow(story: Story) -> Sequence[str]:
    """The timer comes again, once the claim has run out."""
    for _ in range(TURNS):
        story.house.clock.advance(NEXT)
        await story.house.parts.trials.run_due()
    return ()


async def promise(story: Story) -> Sequence[str]:
    """It ended, made no more than one invoice, and left nothing."""
    told = await shown(story.house)
    statuses, contacts = await left_in_xero(story.house)
    is_clean = not contacts and set(statuses) <= {"DELETED"} and len(statuses) <= 1
    found = [] if is_clean else [f"left in Xero: {statuses}, {contacts}"]
    has_ended = told["state"] in ("passed", "failed") and not told["left_behind"]
    return found if has_ended else [*found, f"the test is {told['state']}, left behind {told['left_behind']}"]


STAGE = Stage("trial", make, Work(("run_trials",)), follow=follow, promise=promise)
