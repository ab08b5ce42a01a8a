"""What every history begins with: a joined and settled house, walked to once, and put back before each history.

The rows of the joined house are kept in a schema beside the tables; putting them back takes one statement. Xero's
sandbox is kept as it was frozen, and the partner's app begins empty.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import anyio.to_thread
import asyncpg
import urllib3

from app.commands.acts.new_partner import create_partner
from app.sandbox.xero import Frozen, freeze
from app.sandbox.xero.frozen import thaw
from app.sandbox.xero.memory.sandbox import Start, build_sandbox
from app.settings import Settings
from tests.scenarios.house import Json
from tests.simulation.copies import TABLES, Copy, OlderCopy
from tests.simulation.house import (
    APP_WEBHOOKS,
    XERO,
    XERO_ROOT,
    XERO_WEBHOOKS,
    Inhabitants,
    SimulatedHouse,
    settle_settings,
)
from tests.simulation.loop import LoopClock, SimulatedLoop
from tests.simulation.nudges import Nudges
from tests.simulation.processes import World
from tests.simulation.scheduler import Scheduler
from tests.simulation.seeded import Chance, seeded
from tests.simulation.server_time import ServerTime
from tests.simulation.store import SharedDatabase
from tests.simulation.wire import Sites, build_urlopen

BEGINNING = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
NO_LIMIT = 100_000


@dataclass
class Opened:
    """A house for one history, who lives in it, and what was told of it, line by line."""

    house: SimulatedHouse
    inhabitants: Inhabitants
    world: World
    transcript: list[str]
    older: OlderCopy


class Joined:
    """The ground of all histories of a process."""

    def __init__(
        self,
        loop: SimulatedLoop,
        clock: LoopClock,
        chance: Chance,
        shared: SharedDatabase,
        raw: asyncpg.Connection,
        server_time: ServerTime,
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._chance = chance
        self._shared = shared
        self._raw = raw
        self._server_time = server_time
        self._base = Copy(raw, "base")
        self._copy = Copy(raw, "older")
        self._older = OlderCopy(self._copy, shared, server_time)
        self._tidy = ""
        self.sites: Sites = {}
        self.frozen: Frozen
        self.settings: Settings
        self.partner: Json
        self.connection_id: str

    @contextmanager
    def simulated(self) -> Iterator[None]:
        """Chance, time, threads and the way to Xero of this whole process are the history's until the block ends."""
        with (
            patch.object(urllib3.PoolManager, "urlopen", build_urlopen(lambda: self.sites[XERO].app)),
            patch.object(anyio.to_thread, "run_sync", _run_here),
            seeded(self._chance, self._clock),
        ):
            yield

    async def join(self, database_url: str) -> None:
        """Walk to the joined house, and keep it."""
        self._chance.draw_again("base")
        await self._server_time.begin(self._clock.now())
        sandbox = build_sandbox(Start(), XERO_ROOT)
        self.settings = settle_settings(database_url, sandbox)
        self.partner = await create_partner(self.settings, "Tradie Tools", APP_WEBHOOKS)
        opened = self._open(sandbox)
        house = opened.house

        async def connect() -> None:
            held = {"url": XERO_WEBHOOKS, "mode": "held"}
            (await house.xero.put("/webhooks", json=held)).raise_for_status()
            (await house.xero.put("/limits", json={"minute": NO_LIMIT, "day": NO_LIMIT})).raise_for_status()
            await house.connect()

        await opened.world.scheduler.until_done(connect())
        self.connection_id = house.connection_id
        self.frozen = freeze(sandbox)
        self._beginning = self._clock.now()
        await self._keep()

    async def open_house(self, seed: str) -> Opened:
        """The joined house as it was; all that is drawn from here on follows from the seed."""
        await self._base.put_back()
        self._older.forget()
        self._clock.set(self._beginning)
        await self._server_time.begin(self._beginning)
        self._chance.draw_again(seed)
        opened = self._open(thaw(self.frozen, XERO_ROOT, XERO_WEBHOOKS))
        await opened.world.scheduler.until_done(opened.house.introduce())
        return opened

    async def tidy(self) -> None:
        """Give back the room of rows that are gone: a throwaway server does not by itself, and whatever looks through a
        table would look through all that histories have left in it.
        """
        await self._raw.execute(self._tidy)

    async def fetch(self, statement: str) -> list[Any]:
        """Rows, past all gates."""
        return list(await self._raw.fetch(statement))

    def _open(self, sandbox: Any) -> Opened:
        transcript: list[str] = []
        self.sites.clear()
        scheduler = Scheduler(self._loop, self._clock, transcript.append)
        world = World(
            self.settings, self._shared, self._server_time, scheduler, self._clock, Nudges(), self.sites
        )
        inhabitants = Inhabitants(world, sandbox)
        house = inhabitants.build_house(self.partner, getattr(self, "connection_id", ""))
        return Opened(house, inhabitants, world, transcript, self._older)

    async def _keep(self) -> None:
        for copy in (self._base, self._copy):
            await copy.prepare()
        await self._base.make()
        tables = [each["name"] for each in await self._raw.fetch(TABLES)]
        everywhere = (f"{schema}.{name}" for schema in ("public", "older") for name in tables)
        self._tidy = f"VACUUM {', '.join(everywhere)}"


@asynccontextmanager
async def open_joined(database_url: str, loop: SimulatedLoop) -> AsyncIterator[Joined]:
    """The ground over a migrated, empty database; while it is open, chance and time of this process are simulated."""
    clock, chance = LoopClock(loop, BEGINNING), Chance()
    shared = SharedDatabase(database_url)
    # Of its own timers none may run in a history.
    raw = await asyncpg.connect(
        database_url.replace("+asyncpg", "", 1), max_cached_statement_lifetime=0, statement_cache_size=0
    )
    server_time = ServerTime(raw)
    await server_time.install()
    base = Joined(loop, clock, chance, shared, raw, server_time)

    try:
        with base.simulated():
            await base.join(database_url)
        yield base
    finally:
        await raw.close()
        await shared.close()


async def _run_here(work: Callable[..., Any], *args: Any, **_: Any) -> Any:
    """No threads: FastAPI runs what is not asynchronous in one."""
    return work(*args)
