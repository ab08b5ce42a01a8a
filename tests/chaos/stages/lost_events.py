"""Xero's webhooks lost on the way: the gap in their numbers is acted on once, and a sweep finds what it held."""

from collections.abc import Sequence
from datetime import timedelta

from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.chaos.weather import move_on
from tests.scenarios.troubles import ask, flush, later, rows

A_WHILE = timedelta(minutes=20)
"""Longer than an event may be on its way, and a sweep is awaited."""


async def make(story: Story) -> None:
    """The first of two edits in Xero never tells; and then the last one does not either."""
    house = story.house
    for number in (1, 2, 3):
        await house.write(f"inv_{number}", reference=f"R{number}")
    await house.drain()
    for number, is_lost in ((1, True), (2, False), (3, True)):
        await ask(house.xero.put("/webhooks", json={"lose_next": int(is_lost)}))
        await house.edit_xero(f"N-inv_{number}", Reference=f"R{number}{number}")
        story.ledger.note("xero", f"inv_{number}", "reference", f"R{number}", f"R{number}{number}")
        await flush(house)
    await move_on(story, A_WHILE)


async def follow(story: Story) -> Sequence[str]:
    """The timers come again, and what was lost is in the app without anybody's asking."""
    house = story.house
    for _ in range(2):
        await later(house, A_WHILE)
        await house.parts.watch.look()
        await house.parts.sweep.ask_for_sweeps()
        await house.drain()
    shown = {one["id"]: one["reference"] for one in await house.list_in_app()}
    missing = [name for name in shown if shown[name] != f"R{name[-1]}{name[-1]}"]
    return [f"lost for good: {missing}"] if missing else []


async def promise(story: Story) -> Sequence[str]:
    """The one gap is counted once."""
    [kept] = await rows(story.house, "SELECT gaps, events_missed FROM subscriptions")
    return [] if (kept["gaps"], kept["events_missed"]) == (1, 1) else [f"gaps are counted as {kept}"]


STAGE = Stage(
    "lost_events", make, Work(("watch_webhooks", "ask_for_sweeps", "reconcile", "watch_webhooks")),
    follow=follow, promise=promise,
)  # fmt: skip
