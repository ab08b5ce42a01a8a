"""Two kinds of session, so that a signature says whether it may write.

`Database.reading()` gives a `ReadSession`, `Database.writing()` a `WriteSession` that commits when its block ends
without an error, before anything is answered to anyone. A block is short and holds no network call.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NewType

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

ReadSession = NewType("ReadSession", AsyncSession)
WriteSession = NewType("WriteSession", ReadSession)


class Database:
    """One process's way into PostgreSQL; `url` is a postgresql+asyncpg address."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self._engine: AsyncEngine = create_async_engine(url, pool_size=pool_size, max_overflow=pool_size)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """A session for queries alone; whatever it changed by mistake is rolled back."""
        async with self._sessions() as session:
            yield ReadSession(session)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteSession]:
        """A transaction: committed at the end of the block, rolled back when the block raises."""
        async with self._sessions.begin() as session:
            yield WriteSession(ReadSession(session))

    async def close(self) -> None:
        """Return every connection."""
        await self._engine.dispose()
