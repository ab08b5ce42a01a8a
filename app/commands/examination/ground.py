"""What the checks are made on: settings as they were found, and what can be opened with them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from redis.asyncio import Redis

from app.clock import Clock, SystemClock
from app.db.postgres.session import Database
from app.settings import Settings
from app.tls import trusted
from app.wiring.ground import open_queue

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Ground:
    """`faults` are what production misses or must not have; `is_embedded`: development started the servers itself."""

    settings: Settings
    faults: Sequence[str]
    is_embedded: bool
    database: Database
    redis: Redis
    http: httpx.AsyncClient
    clock: Clock


@asynccontextmanager
async def open_ground(
    settings: Settings, faults: Sequence[str] = (), *, is_embedded: bool = False
) -> AsyncIterator[Ground]:
    """Nothing is connected to before a check does so."""
    database = Database(settings.database_url)
    try:
        async with (
            open_queue(settings) as redis,
            httpx.AsyncClient(verify=trusted(), timeout=PATIENCE_SECONDS, follow_redirects=False) as http,
        ):
            yield Ground(settings, faults, is_embedded, database, redis, http, SystemClock())
    finally:
        await database.close()
