"""PostgreSQL behind a gate: every transaction of an actor is one step of the scheduler."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

import app
from app.db.postgres.lent import LentConnection
from app.db.postgres.session import Database, ReadSession, WriteSession
from tests.simulation.scheduler import Actor, Scheduler
from tests.simulation.server_time import ServerTime

ROOT = str(Path(app.__file__).parent)
PASSED_THROUGH = ("/db/session.py",)


class SharedDatabase(Database):
    """The pool of all actors; a session for queries is no transaction, since nothing happens beside it."""

    def __init__(self, url: str) -> None:
        # Statements stay prepared, however much time passes in a history.
        prepared = {"max_cached_statement_lifetime": 0, "prepared_statement_cache_size": 2000}
        self._engine = create_async_engine(url, pool_size=2, connect_args=prepared, hide_parameters=True)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        queries = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readings = self._singles = async_sessionmaker(queries, expire_on_commit=False)


class GatedDatabase(Database):
    """One actor's way into a database that all actors share, as their processes do."""

    def __init__(
        self, shared: "SharedDatabase", time: ServerTime, scheduler: Scheduler, actor: Actor
    ) -> None:
        vars(self).update(vars(shared))
        self._readings: async_sessionmaker[AsyncSession] = shared._readings
        self._time = time
        self._scheduler = scheduler
        self._actor = actor

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """A session for queries alone, in a step of its own."""
        async with self._step(f"read by {_find_site()}"), self._readings() as session:
            yield ReadSession(session)

    @asynccontextmanager
    async def reading_in_one(self) -> AsyncIterator[ReadSession]:
        """The same in one transaction, in a step of its own."""
        async with self._step(f"read by {_find_site()}"), super().reading_in_one() as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteSession]:
        """A transaction, in a step of its own."""
        async with self._step(f"write by {_find_site()}"), super().writing() as session:
            yield session

    @asynccontextmanager
    async def writing_one(self) -> AsyncIterator[WriteSession]:
        """A single statement, in a step of its own."""
        async with self._step(f"write by {_find_site()}"), super().writing_one() as session:
            yield session

    @asynccontextmanager
    async def reading_bare(self) -> AsyncIterator[LentConnection]:
        """A query past SQLAlchemy, in a step of its own."""
        async with self._step(f"read by {_find_site()}"), super().reading_bare() as connection:
            yield connection

    @asynccontextmanager
    async def writing_bare(self) -> AsyncIterator[LentConnection]:
        """A single statement past SQLAlchemy, in a step of its own."""
        async with self._step(f"write by {_find_site()}"), super().writing_bare() as connection:
            yield connection

    @asynccontextmanager
    async def writing_alone(self) -> AsyncIterator[WriteSession]:
        """A transaction on nobody's behalf, in a step of its own."""
        async with self._step(f"write by {_find_site()}"), super().writing_alone() as session:
            yield session

    @asynccontextmanager
    async def _step(self, name: str) -> AsyncIterator[None]:
        async with self._scheduler.step(self._actor, name):
            await self._time.tell(self._scheduler.clock.now())
            yield

    async def close(self) -> None:
        """What is shared stays open."""


def _find_site() -> str:
    """The function of the product that wants the transaction."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(ROOT) and not path.endswith(PASSED_THROUGH):
            return f"{path[len(ROOT) + 1 :]}:{frame.f_code.co_name}"
        frame = frame.f_back
    return "nobody of ours"
