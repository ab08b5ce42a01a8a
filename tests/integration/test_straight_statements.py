"""Statements that the driver carries out itself, on a real database: they are of the session's transaction."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import (
    Dialect,
    Executable,
    Text,
    TypeDecorator,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.exc import InvalidRequestError

from app.db.postgres.given import bare
from app.db.postgres.session import Database
from app.db.postgres.straight import ask_alone, run
from app.db.postgres.unavailable import is_unavailable
from app.db.tables import PartnerRow

PARTNER = bare(PartnerRow)
SAVING = insert(PARTNER).values(id=func.gen_random_uuid(), name=bindparam("called")).returning(PARTNER.c.name)
NAMES = select(PARTNER.c.name).order_by(PARTNER.c.name)


class _Loud(TypeDecorator[str]):
    """A type whose values SQLAlchemy makes others of as it reads them."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """In capitals."""
        return value.upper() if value else value


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database."""
    database = Database(database_url)
    yield database
    await database.close()


async def list_names(database: Database) -> list[str]:
    """What is committed."""
    async with database.reading() as session:
        return [name for (name,) in await run(session, NAMES, {})]


async def save_and(database: Database, name: str, statement: Executable) -> None:
    """Two statements of one transaction."""
    async with database.writing() as session:
        await run(session, SAVING, {"called": name})
        await run(session, statement, {})


async def test_what_it_writes_is_committed_with_the_transaction_and_rolled_back_with_it(
    database: Database,
) -> None:
    """The first statement begins the transaction, by whichever way it is carried out; the others are of the same."""
    async with database.writing() as session:
        assert [tuple(row) for row in await run(session, SAVING, {"called": "Ada's"})] == [("Ada's",)]
        assert [tuple(row) for row in await run(session, SAVING, {"called": "Bo's"})] == [("Bo's",)]
        assert [name for (name,) in await run(session, NAMES, {})] == ["Ada's", "Bo's"]
        assert await list_names(database) == []
    with pytest.raises(asyncpg.DivisionByZeroError):
        await save_and(database, "Cy's", text("SELECT 1 / 0"))
    assert await list_names(database) == ["Ada's", "Bo's"]


async def test_alone_it_is_committed_as_it_is_sent_and_its_rows_have_names(database: Database) -> None:
    """As SQLAlchemy names them, by the labels of the statement; one that answers nothing has no rows."""
    async with database.writing_bare() as driver:
        [row] = await ask_alone(driver, SAVING, {"called": "Ada's"})
        assert (row.name, tuple(row)) == ("Ada's", ("Ada's",))
        assert await list_names(database) == ["Ada's"]
        counted = select(func.count().label("partners"), bindparam("said", type_=Text).label("said"))
        [row] = await ask_alone(driver, counted.select_from(PARTNER), {"said": "so"})
        assert (row.partners, row.said) == (1, "so")
        assert await ask_alone(driver, NAMES.where(PARTNER.c.name == "Bo's"), {}) == ()


async def test_alone_a_value_that_sqlalchemy_would_make_another_of_is_refused(database: Database) -> None:
    """The driver's would come in its place, and nobody would see the difference here."""
    async with database.reading_bare() as driver:
        with pytest.raises(ValueError, match="makes something else"):
            await ask_alone(driver, select(literal("Ada's", _Loud()).label("name")), {})


async def test_a_statement_that_sqlalchemy_makes_up_values_for_is_refused(database: Database) -> None:
    """It would be carried out with one and the same value, or with none."""
    async with database.writing() as session:
        await run(session, NAMES, {})
        with pytest.raises(ValueError, match="makes up values"):
            await run(session, insert(PARTNER).values(name="Ada's"), {})


async def test_what_the_session_has_yet_to_write_is_written_before(database: Database) -> None:
    """As SQLAlchemy does before a query of its own."""
    async with database.writing() as session:
        await run(session, NAMES, {})
        session.add(PartnerRow(name="Ada's"))
        assert [name for (name,) in await run(session, NAMES, {})] == ["Ada's"]


async def test_nothing_is_carried_out_once_the_transaction_has_ended(database: Database) -> None:
    """Its connection may be somebody else's by then."""
    async with database.writing() as session:
        await run(session, SAVING, {"called": "Ada's"})
        await session.rollback()
        with pytest.raises(InvalidRequestError):
            await run(session, SAVING, {"called": "Bo's"})


async def test_a_connection_that_is_lost_on_the_way_is_told_as_an_outage(database: Database) -> None:
    """Whatever of SQLAlchemy or the driver notices it; the next transaction has another one."""
    with pytest.raises(Exception) as lost:  # noqa: PT011  either's
        await save_and(database, "Ada's", text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert is_unavailable(lost.value)
    async with database.writing() as session:
        await run(session, SAVING, {"called": "Bo's"})
    assert await list_names(database) == ["Bo's"]
