"""Secrets encrypted anew under a newer key: cut off anywhere each is readable, and begun again all of them are done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from cryptography.fernet import Fernet
from pydantic import SecretStr

from app.db.postgres.session import Database
from app.db.upkeep.key_rotation import look_at_keys, rotate_keys
from app.settings import Settings
from app.wiring.ground import build_vault
from tests.chaos.stages.stage import Stage
from tests.chaos.story import Story
from tests.chaos.worker import Death, Order, Process, begin
from tests.scenarios.opening import open_parts
from tests.scenarios.troubles import reconcile


@dataclass(frozen=True)
class Rotate:
    """The operator's command, which knows both keys."""

    async def live(self, story: Story, kill_at: int | None) -> Death:
        """Rotate in a process of its own."""
        settings: Settings = story.kept["both"]
        order = Order(settings, story.house.connection_id, story.house.clock.now(), kill_at)
        return await Process(rotate, order).end()


def rotate(order: Order, tells: Connection) -> None:
    """The life of the command."""
    begin(order, tells)
    asyncio.run(_rotate(order.settings))


async def _rotate(settings: Settings) -> None:
    database = Database(settings.database_url)
    await rotate_keys(database, build_vault(settings), lambda _: None)
    await database.close()


async def make(story: Story) -> None:
    """A newer key, and the one under which everything stands."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    newer = SecretStr(Fernet.generate_key().decode())
    old = house.settings.secret_keys
    story.kept["both"] = house.settings.model_copy(update={"secret_keys": (newer, *old)})
    story.kept["newer"] = house.settings.model_copy(update={"secret_keys": (newer,)})
    await house.edit("inv_1", reference="R11")


async def follow(story: Story) -> Sequence[str]:
    """A worker with both keys works on what was left; then the command is given again."""
    house = story.house
    async with open_parts(story.kept["both"], house.clock) as house.parts:
        await reconcile(house)
    await _rotate(story.kept["both"])
    reference = (await house.in_xero("N-inv_1"))["Reference"]
    return [] if reference == "R11" else [f"half-way the work did not go on: {reference}"]


async def promise(story: Story) -> Sequence[str]:
    """The newer key opens everything, and the old one can go."""
    house = story.house
    database = Database(house.settings.database_url)
    standings = (await look_at_keys(database, build_vault(story.kept["newer"]))).tables
    await database.close()
    await house.edit("inv_1", reference="R12")
    async with open_parts(story.kept["newer"], house.clock) as house.parts:
        await reconcile(house)
    reference = (await house.in_xero("N-inv_1"))["Reference"]
    found = [f"of {each.table} {each}" for each in standings if each.left or each.unreadable]
    return found if reference == "R12" else [*found, f"the old key is still needed: {reference}"]


STAGE = Stage("rotation", make, Rotate(), follow=follow, promise=promise, lives_on=False)
