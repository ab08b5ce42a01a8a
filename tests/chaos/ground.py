"""What all of it stands on: the embedded servers, a migrated template, and a joined house to go on from."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from app import schema
from app.embedded import open_servers
from app.settings import Settings
from tests.redis_databases import empty_redis
from tests.scenarios.conftest import leave_joined_house
from tests.scenarios.house import House
from tests.scenarios.left import Left
from tests.scenarios.opening import open_house
from tests.statements import share_compiled_statements

ROOM = 4 * 1024**3


@dataclass(frozen=True)
class Ground:
    """Servers, and the house that every story begins with."""

    servers: Settings
    left: Left

    @asynccontextmanager
    async def open_house(self) -> AsyncIterator[House]:
        """A house of its own, joined and settled as if a moment ago."""
        async with (
            schema.scratch_database(self.servers.database_url, self.left.database) as database_url,
            open_house(database_url, await empty_redis(self.servers.redis_url), self.left) as house,
        ):
            yield house


@contextmanager
def open_own_servers() -> Iterator[Settings]:
    """PostgreSQL and Redis for this run alone, in memory where there is room."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it
    is_roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="plumbline-chaos-", dir=memory if is_roomy else None))
    servers = open_servers(folder, throwaway=True)
    try:
        yield Settings(_env_file=None, **vars(servers.addresses))
    finally:
        servers.close(wait=True)


@asynccontextmanager
async def open_ground(servers: Settings) -> AsyncIterator[Ground]:
    """A joined house, left for stories to go on from."""
    share_compiled_statements()
    async with schema.scratch_database(servers.database_url) as template:
        await asyncio.to_thread(schema.upgrade, template)
        async with leave_joined_house(servers, schema.find_database(template)) as left:
            yield Ground(servers, left)


def be_silent() -> None:
    """Keep the logs of what is broken on purpose from burying what is printed."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
