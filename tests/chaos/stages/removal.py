"""A business that goes and wants its data gone: Xero is told, though it is down at first, and then all is erased."""

from collections.abc import Sequence
from datetime import timedelta

from app.db.life.business_data import ERASED
from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, rows

A_WHILE = timedelta(minutes=10)
"""Longer than any claim, and than a closing waits the first time."""

TURNS = 3


async def make(story: Story) -> None:
    """An invoice with its customer, and a partner who asks."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    await house.fault("unavailable_before", "DELETE", "/connections")
    await ask(house.api.delete(f"{house.path}/data"))
    # What the API just asked for is due by the worker's clock.
    house.clock.advance(timedelta(minutes=1))


async def follow(story: Story) -> Sequence[str]:
    """The timers come again."""
    house = story.house
    for _ in range(TURNS):
        house.clock.advance(A_WHILE)
        await house.parts.closings.close_due()
        await house.parts.erasures.erase_due()
    return ()


async def promise(story: Story) -> Sequence[str]:
    """Nothing is left here, and Xero lists the app no more."""
    house = story.house
    erasure = await ask(house.api.get(f"{house.path}/erasure"))
    listed = [each["tenant_id"] for each in (await ask(house.xero.get("/state")))["connections"]]
    found = [] if erasure["state"] == "erased" else [f"the erasure is {erasure['state']}"]
    found += ["Xero still lists the app"] if house.tenant_id in listed else []
    return [*found, *[f"{count} rows are left of {name}" for name, count in await _count_left(house)]]


async def _count_left(house: House) -> Sequence[tuple[str, int]]:
    counted = []
    for table in ERASED:
        counting = (
            f"SELECT count(*) AS left FROM {table.__tablename__} WHERE connection_id = CAST(:id AS uuid)"  # noqa: S608 - the product's tables
        )
        [row] = await rows(house, counting, id=house.connection_id)
        counted.append((str(table.__tablename__), int(row["left"])))
    return [(name, left) for name, left in counted if left]


STAGE = Stage(
    "removal",
    make,
    Work(("deliver", "close_in_xero", timedelta(minutes=5), "close_in_xero", "erase_data")),
    follow=follow,
    promise=promise,
    lives_on=False,
)
