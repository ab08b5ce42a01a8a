"""The two kinds of session, on a real database."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.db.postgres.read_only import WriteRefused
from app.db.postgres.session import Database
from app.db.tables import PartnerRow
from tests.round_trips import counting_round_trips

COUNT = select(PartnerRow.id)

WRITES: list[Any] = [
    insert(PartnerRow).values(name="Ada's"),
    update(PartnerRow).values(name="Bo's"),
    delete(PartnerRow),
    COUNT.with_for_update(),
    COUNT.with_for_update(key_share=True, skip_locked=True),
    select(insert(PartnerRow).values(name="Ada's").returning(PartnerRow.id).cte()),
    text("TRUNCATE partners CASCADE"),
    text("SET statement_timeout = 1"),
]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Sessions on an empty database."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.mark.parametrize("statement", WRITES, ids=lambda statement: " ".join(str(statement).split())[:40])
async def test_a_reading_session_is_refused_what_writes_or_locks(database: Database, statement: Any) -> None:
    """Its statements commit by themselves, so one that writes is stopped before it is sent."""
    async with database.reading() as session:
        with pytest.raises(WriteRefused):
            await session.execute(statement)


async def test_a_reading_session_is_refused_what_it_was_made_to_remember(database: Database) -> None:
    """A row that was added to it is not written either."""
    async with database.reading() as session:
        session.add(PartnerRow(name="Ada's"))
        with pytest.raises(WriteRefused):
            await session.flush()


async def test_a_query_is_one_round_trip_and_a_write_is_a_transaction_again_after_it(
    database: Database,
) -> None:
    """A reading session begins nothing and ends nothing; the same connection does both for the next that writes."""
    async with database.reading() as session:
        await session.execute(COUNT)
    with counting_round_trips() as asked:
        async with database.reading() as session:
            await session.execute(COUNT)
            await session.execute(COUNT)
    assert asked.count == 2, asked.tell()
    with counting_round_trips() as asked, pytest.raises(DBAPIError):
        await _write_and_fail(database)
    assert asked.count == 4, asked.tell()
    async with database.reading() as session:
        assert not (await session.execute(COUNT)).all()


async def test_what_is_set_for_a_reading_in_one_is_gone_after_it(database: Database) -> None:
    """It is a transaction, rolled back at its end."""
    shown = text("SHOW statement_timeout")
    async with database.reading() as session:
        before = (await session.execute(shown)).scalar_one()
    async with database.reading_in_one() as session:
        await session.execute(text("SET LOCAL statement_timeout = '7s'"))
        assert (await session.execute(shown)).scalar_one() == "7s"
    async with database.reading() as session:
        assert (await session.execute(shown)).scalar_one() == before


async def _write_and_fail(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(insert(PartnerRow).values(name="Ada's"))
        await session.execute(text("SELECT 1 / 0"))
