"""Two kinds of session, so that a signature says whether it may write.

`Database.reading()` gives a `ReadSession`, `Database.writing()` a `WriteSession` that commits when its block ends
without an error, before anything is answered to anyone. A block is short and holds no network call.

A reading session has no transaction: each of its statements sees what is committed by then, as in one at READ
COMMITTED, and is spared a round trip to begin it and one to end it. Nothing could be rolled back, so a statement that
writes or locks rows is refused before it is sent (`read_only`).

Whoever must know in the database itself that something was committed on its behalf, wherever in the code that is,
hangs a hook on everything that it calls (`before_commits`): the last statements of each of those transactions are the
hook's, and a hook that raises rolls back. `writing_alone` is for what is committed on nobody's behalf.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import NewType

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.db.postgres.driver import build_engine
from app.db.postgres.lent import LentConnection, lend
from app.db.postgres.read_only import refuse_a_second, refuse_writes
from app.errors import PlumblineError

ReadSession = NewType("ReadSession", AsyncSession)
WriteSession = NewType("WriteSession", ReadSession)

Hook = Callable[[WriteSession], Awaitable[None]]

_LAST_STEPS = "last steps"

_hook: ContextVar[Hook | None] = ContextVar("hook", default=None)


class DatabaseUnavailable(PlumblineError):
    """PostgreSQL gave no answer, or lacks what a query is about."""


@contextmanager
def failures_told() -> Iterator[None]:
    """Have what goes wrong with the database raised as `DatabaseUnavailable`, for whoever only tells a person of it."""
    try:
        yield
    except (SQLAlchemyError, ConnectionError, TimeoutError) as error:
        first_line = str(error).partition("\n")[0]
        advice = "Look at DATABASE_URL, and bring it to the newest schema by `python -m app migrate`."
        raise DatabaseUnavailable(f"The database gave no good answer ({first_line}). {advice}") from error


@contextmanager
def before_commits(hook: Hook) -> Iterator[None]:
    """Have every transaction of this task, until the block ends, run the hook last, before it commits."""
    token = _hook.set(hook)
    try:
        yield
    finally:
        _hook.reset(token)


def has_hook() -> bool:
    """Whether what this task commits is to run a hook, so that it goes into no transaction of several tasks'."""
    return _hook.get() is not None


def at_the_end(session: WriteSession, name: str, step: Hook) -> None:
    """Have the transaction run a step when all else in it is done; once for each name."""
    session.info.setdefault(_LAST_STEPS, {})[name] = step


async def _run_last_steps(session: WriteSession) -> None:
    for step in session.info.pop(_LAST_STEPS, {}).values():
        await step(session)


class Database:
    """One process's way into PostgreSQL; `url` is a postgresql+asyncpg address, `name` what PostgreSQL lists it as."""

    def __init__(self, url: str, *, name: str = "plumbline", pool_size: int = 10) -> None:
        # Values stay out of logs and errors: sealed secrets are among them, and what people wrote. The connection that
        # was used last is used next, since it has prepared most of what is asked.
        self._engine: AsyncEngine = build_engine(
            url,
            name,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_use_lifo=True,
            hide_parameters=True,
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        # The same pool: a connection says only for as long as it is borrowed that it commits by itself.
        reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        refuse_writes(reading.sync_engine)
        self._readings = async_sessionmaker(reading, expire_on_commit=False)
        single = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        refuse_a_second(single.sync_engine)
        self._singles = async_sessionmaker(single, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """A session for queries alone, each by itself; one that would write raises `WriteRefused`."""
        async with self._readings() as session:
            yield ReadSession(session)

    @asynccontextmanager
    async def reading_in_one(self) -> AsyncIterator[ReadSession]:
        """A session for queries in one transaction, for what is set for its length; it is rolled back at its end."""
        async with self._sessions() as session:
            yield ReadSession(session)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteSession]:
        """A transaction: committed at the end of the block, rolled back when the block raises."""
        async with self._sessions.begin() as session:
            writing = WriteSession(ReadSession(session))
            yield writing
            await _run_last_steps(writing)
            if (hook := _hook.get()) is not None:
                await hook(writing)

    @asynccontextmanager
    async def writing_one(self) -> AsyncIterator[WriteSession]:
        """A single statement, which is a transaction in itself and a round trip; a second one is refused.

        The hook of `before_commits` is not run in it.
        """
        async with self._singles.begin() as session:
            yield WriteSession(ReadSession(session))

    @asynccontextmanager
    async def writing_bare(self) -> AsyncIterator[LentConnection]:
        """A connection of the driver, for single statements that come in storms (`lent`). Errors are the driver's."""
        async with lend(self._engine) as connection:
            yield connection

    @asynccontextmanager
    async def reading_bare(self) -> AsyncIterator[LentConnection]:
        """A connection of the driver, for a query that every request asks."""
        async with lend(self._engine) as connection:
            yield connection

    @asynccontextmanager
    async def writing_alone(self) -> AsyncIterator[WriteSession]:
        """A transaction that is no part of the caller's work, so the hook of `before_commits` is not run in it."""
        async with self._sessions.begin() as session:
            writing = WriteSession(ReadSession(session))
            yield writing
            await _run_last_steps(writing)

    async def close(self) -> None:
        """Return every connection."""
        await self._engine.dispose()
