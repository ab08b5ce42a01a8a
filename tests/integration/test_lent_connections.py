"""Connections as their driver has them, on a real database: what is committed by them, what becomes of lost ones."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from asyncpg.exceptions import InternalClientError
from sqlalchemy import select, text

from app.db.postgres.lent import LentConnection
from app.db.postgres.session import Database
from app.db.postgres.unavailable import is_unavailable
from app.db.tables import PartnerRow
from tests.round_trips import counting_round_trips

SAVE = "INSERT INTO partners (id, name) SELECT gen_random_uuid(), * FROM unnest($1::text[])"
END_OTHERS = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lent'")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database."""
    database = Database(database_url, name="lent", pool_size=2)
    yield database
    await database.close()


async def list_names(database: Database) -> list[str]:
    """What is committed, as another connection sees it."""
    async with database.reading() as session:
        return list(await session.scalars(select(PartnerRow.name).order_by(PartnerRow.name)))


async def save(database: Database, *names: str) -> None:
    """By a connection that is lent."""
    async with database.writing_bare() as connection:
        await connection.execute(SAVE, list(names))


def own(connection: LentConnection) -> Any:
    """All of asyncpg's connection."""
    return connection


async def test_a_statement_is_committed_as_it_is_sent_by_one_round_trip(database: Database) -> None:
    """No transaction is begun for it, and none is ended."""
    await save(database, "Ada's")
    with counting_round_trips() as asked:
        await save(database, "Bo's", "Cy's")
    assert asked.count == 1, asked.tell()
    assert await list_names(database) == ["Ada's", "Bo's", "Cy's"]


async def test_one_that_is_lost_in_its_statement_is_told_as_an_outage_and_replaced(
    database: Database,
) -> None:
    """Whoever waits for it hears that PostgreSQL is gone; who comes next is served, by SQLAlchemy too."""
    with pytest.raises(asyncpg.PostgresError) as lost:
        async with database.writing_bare() as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid()), $1::int", 1)
    assert is_unavailable(lost.value)
    await save(database, "Ada's")
    assert await list_names(database) == ["Ada's"]


async def test_those_that_were_lost_in_the_pool_are_not_lent(database: Database, database_url: str) -> None:
    """Two lie in the pool and are ended there; who comes next gets a new one, and hears nothing."""
    ended: asyncio.Queue[None] = asyncio.Queue()
    async with database.writing_bare() as one, database.writing_bare() as other:
        for each in (one, other):
            own(each).add_termination_listener(lambda _: ended.put_nowait(None))
    stranger = Database(database_url)
    async with stranger.reading() as session:
        await session.execute(END_OTHERS)
    await stranger.close()
    await ended.get()
    await ended.get()
    await save(database, "Ada's")
    assert await list_names(database) == ["Ada's"]


async def test_one_whose_statement_failed_goes_on(database: Database) -> None:
    """A mistake in a statement is no loss of the connection."""
    async with database.writing_bare() as connection:
        before = own(connection).get_server_pid()
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.execute("SELECT 1 / $1::int", 0)
    async with database.writing_bare() as connection:
        assert own(connection).get_server_pid() == before


async def test_one_that_is_left_amid_a_statement_is_lent_to_nobody_again(database: Database) -> None:
    """As where PostgreSQL dies while a statement is prepared: it may not look closed."""
    left: list[Any] = []
    with pytest.raises(InternalClientError):
        await be_left_amid(database, left)
    assert left[0].is_closed()
    await save(database, "Ada's")
    assert await list_names(database) == ["Ada's"]


async def be_left_amid(database: Database, left: list[Any]) -> None:
    """Have the driver say so of a connection that is open."""
    async with database.writing_bare() as connection:
        left.append(own(connection))
        raise InternalClientError("cannot switch to state 12; another operation (2) is in progress")
