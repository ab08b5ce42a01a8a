"""The timers after a month: what is held is looked at again, what is old is forgotten, consents are kept alive."""

from collections.abc import Sequence
from datetime import timedelta

from tests.chaos.stages.stage import PAST_A_LEASE, Stage, Work
from tests.chaos.story import Story
from tests.chaos.weather import move_on
from tests.chaos.worker import run_job
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, later, rows

A_MONTH = timedelta(days=31)
TIMERS = (
    "nudge_behind", "nudge_due_changes", "ask_for_sweeps", "ask_for_compares", "retry_held", "prune_deliveries",
    "prune_claims", "forget", "keep_consents_alive",
)  # fmt: skip
WORK = ("reconcile", "deliver")


async def make(story: Story) -> None:
    """One invoice is held for a period that was locked, and is no more; then nothing for a month."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    await ask(house.api.post(f"{house.path}/sweep", headers={"Idempotency-Key": "a-month-ago-once"}))
    await house.edit_xero("N-inv_1", Reference="R11")
    story.ledger.note("xero", "inv_1", "reference", "PO 1", "R11")
    await house.drain()
    await house.set_facts(period_lock_date="2099-12-31")
    await house.write("inv_2", reference="R2")
    await house.drain()
    assert await house.held_as("inv_2") == "locked_period"
    await house.set_facts(period_lock_date=None)
    await move_on(story, A_MONTH)


async def follow(story: Story) -> Sequence[str]:
    """They come again, and what was held goes by itself."""
    house = story.house
    house.clock.advance(PAST_A_LEASE)
    for name in TIMERS:
        await run_job(house.parts, name, house.connection_id)
    await later(house, PAST_A_LEASE)
    held = await house.held_as("inv_2")
    return [f"inv_2 is still held: {held}"] if held else []


async def promise(story: Story) -> Sequence[str]:
    """Nothing that has had its time is left."""
    old = ("deliveries", "oauth_states", "idempotency_keys")
    return [
        f"{left} rows are left of {name}" for name in old if (left := await _count_old(story.house, name))
    ]


async def _count_old(house: House, table: str) -> int:
    column = {"deliveries": "created_at", "oauth_states": "expires_at", "idempotency_keys": "claimed_at"}[
        table
    ]
    counting = f"SELECT count(*) AS left FROM {table} WHERE {column} < now() + interval '1 day'"  # noqa: S608 - names of ours
    [row] = await rows(house, counting)
    return int(row["left"])


STAGE = Stage("timers", make, Work((*TIMERS, *WORK)), follow=follow, promise=promise)
