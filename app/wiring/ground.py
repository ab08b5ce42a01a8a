"""What every process stands on: database, vault, clock, and the queue by which workers are woken."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from app.clock import Clock, SharedClock
from app.db.postgres.session import Database
from app.db.postgres.timekeeper import Timekeeper
from app.settings import Settings
from app.tls import choose_redis_checks
from app.vault import Vault
from app.waker import QUEUE, ArqWaker


@dataclass(frozen=True, slots=True)
class Ground:
    """What every process stands on."""

    database: Database
    vault: Vault
    clock: Clock
    timekeeper: Timekeeper
    queue: ArqRedis
    waker: ArqWaker


@asynccontextmanager
async def open_ground(
    settings: Settings, clock: Clock | None = None, *, name: str = "plumbline"
) -> AsyncIterator[Ground]:
    """Database, vault, clock and the way to wake workers; `name` is what PostgreSQL knows this process by.

    The clock is PostgreSQL's, unless another is given.
    """
    vault = build_vault(settings)
    database = Database(settings.database_url, name=name)
    clock = clock or SharedClock()
    timekeeper = Timekeeper(database, clock)
    try:
        async with timekeeper.keeping(), open_queue(settings) as queue:
            yield Ground(database, vault, clock, timekeeper, queue, ArqWaker(queue))
    finally:
        await database.close()


@asynccontextmanager
async def open_queue(settings: Settings) -> AsyncIterator[ArqRedis]:
    """arq's client of the queue, by the address as redis-py reads it: unix sockets, TLS and escaped passwords included.

    Jobs are JSON, not arq's pickle: whoever can write to Redis must not be able to run code here.
    """
    pool = _Pool.from_url(
        settings.redis_url,
        socket_connect_timeout=1,
        socket_timeout=5,
        **choose_redis_checks(settings.redis_url),
    )
    queue = ArqRedis(
        pool,
        job_serializer=lambda job: json.dumps(job, default=str).encode(),
        job_deserializer=json.loads,
        default_queue_name=QUEUE,
    )
    try:
        yield queue
    finally:
        pool.is_closed = True
        await queue.aclose(close_connection_pool=True)


class _Pool(ConnectionPool):
    """Has no connection for anybody once it is closed.

    Where Redis goes away while arq queues the jobs of several timers, the first failure ends the worker's turn, and the
    others go on trying; once Redis was back, each opened a connection that nobody closed any more.
    """

    is_closed = False

    async def ensure_connection(self, connection: AbstractConnection) -> None:
        """Connect, unless the pool is closed or was closed meanwhile. Raises RedisError."""
        if not self.is_closed:
            await super().ensure_connection(connection)
        if self.is_closed:
            await connection.disconnect()
            raise RedisError("The pool of connections is closed")


def build_vault(settings: Settings) -> Vault:
    """Raises `ConfigurationMissing` without keys."""
    return Vault([key.get_secret_value() for key in settings.secret_keys])
