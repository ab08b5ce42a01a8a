"""A connection of the pool as its driver has it, for a statement that is sent some hundred times a second.

For one statement SQLAlchemy's session takes four times what it costs to send it and to hear that it is committed. What
is lent here is asyncpg's own: its parameters are `$1`, `$2`, its errors are its own, and without a transaction each
statement commits as it is sent. It comes from the same pool as all others and goes back to it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

DRIVER_ERRORS = (PostgresError, InterfaceError, InternalClientError)
"""What a statement on a lent connection may raise, beside what SQLAlchemy raises while it is borrowed."""


class LentConnection(Protocol):
    """What is used of asyncpg's."""

    async def execute(self, statement: str, /, *values: Any) -> str: ...
    async def fetch(self, statement: str, /, *values: Any) -> Sequence[Any]: ...


@asynccontextmanager
async def lend(engine: AsyncEngine) -> AsyncIterator[LentConnection]:
    """One for the length of the block. One that was lost meanwhile is dropped: who comes next gets another."""
    borrowed = await _borrow(engine)
    try:
        yield _get_own(borrowed)
    except InternalClientError:
        # The driver is left amid a statement: nobody can use this one any more, though it may not look closed.
        _get_own(borrowed).terminate()
        raise
    finally:
        if _get_own(borrowed).is_closed():
            borrowed.invalidate()
        else:
            # In a greenlet, where SQLAlchemy can wait: the pool may close what is more than it keeps.
            await greenlet_spawn(borrowed.close)


async def _borrow(engine: AsyncEngine) -> PoolProxiedConnection:
    """One that was not lost while it lay in the pool; a new one at the latest when none is left there."""
    borrowed = await engine.raw_connection()
    while _get_own(borrowed).is_closed():
        borrowed.invalidate()
        borrowed = await engine.raw_connection()
    return borrowed


def _get_own(borrowed: PoolProxiedConnection) -> Any:
    """The driver's own connection."""
    return borrowed.driver_connection
