"""What workers do in a story: their jobs in any order, two at once, cut off in the middle, replaced by a new one."""

import asyncio
from contextlib import suppress
from uuid import UUID

from tests.chaos import in_the_app, in_xero
from tests.chaos.story import Act, Story
from tests.scenarios.opening import open_parts


def _connection(story: Story) -> UUID:
    return UUID(story.house.connection_id)


async def reconcile(story: Story) -> None:
    """A worker looks at the connection, after what Xero sent of it."""
    await take_in(story)
    await story.house.parts.reconciler.reconcile(_connection(story))


async def take_in(story: Story) -> None:
    """A worker reads what Xero sent."""
    await story.house.parts.xero_webhooks.take_in()


async def deliver(story: Story) -> None:
    """A worker sends what waits."""
    await story.house.parts.delivery.deliver(_connection(story))


async def both(story: Story) -> None:
    """Two workers at once, at both jobs, while a person edits: what Xero held when we read it may be no more."""
    edit = story.random.choice([in_the_app.edit, in_xero.edit, in_xero.pay, in_the_app.pay])
    house = story.house
    async with open_parts(house.settings, house.clock) as other:
        second = other.delivery.deliver(_connection(story))
        await asyncio.gather(reconcile(story), deliver(story), edit(story), second)


async def cut_off(story: Story) -> None:
    """A worker is stopped somewhere in the middle."""
    job = story.random.choice([take_in, reconcile, deliver])
    task = asyncio.create_task(job(story))
    await asyncio.sleep(story.random.random() * 0.2)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


ACTS: dict[str, Act] = {"reconcile": reconcile, "deliver": deliver, "both": both, "cut_off": cut_off}
