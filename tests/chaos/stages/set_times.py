"""A connection that works at set times: its run begins, is done, and the app's answers end it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.chaos.stages.stage import PAST_A_LEASE, Stage, Work
from tests.chaos.story import Story
from tests.scenarios.both_sides import assert_alike
from tests.scenarios.troubles import ask, connection


async def make(story: Story) -> None:
    """Edits of both sides that waited, and the hour has come."""
    house = story.house
    await house.write("inv_1")
    await house.write("inv_2")
    await house.drain()
    await house.choose(mode="daily", at="02:00", time_zone="UTC")
    await house.drain()
    await house.edit("inv_1", reference="R11")
    story.ledger.note("partner", "inv_1", "reference", "PO 1", "R11")
    await house.edit_xero("N-inv_2", Reference="R22")
    story.ledger.note("xero", "inv_2", "reference", "PO 1", "R22")
    await ask(house.xero.post("/webhooks/flush"))
    next_run_at = datetime.fromisoformat((await connection(house))["next_run_at"])
    house.clock.advance(max(timedelta(0), next_run_at - house.clock.now()))


async def follow(story: Story) -> Sequence[str]:
    """The timer comes again, and that very run brings both sides into step; then the business works at once again."""
    house = story.house
    house.clock.advance(PAST_A_LEASE)
    await house.parts.sweep.begin_runs()
    await house.drain()
    found = []
    for invoice_id in ("inv_1", "inv_2"):
        try:
            await assert_alike(house, invoice_id)
        except AssertionError as difference:
            found.append(f"{invoice_id} after its run: {difference}")
    await house.choose(mode="real_time")
    return found


STAGE = Stage(
    "set_times",
    make,
    Work(("take_in_webhooks", "begin_runs", *("reconcile", "deliver") * 2, "reconcile")),
    follow=follow,
)
