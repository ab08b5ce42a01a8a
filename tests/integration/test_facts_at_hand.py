"""The facts of an organisation are read once in a process, and anew as soon as anybody has written others."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.db.connections import facts_at_hand
from app.db.connections.arrivals import lock_connection, lock_connections
from app.db.connections.connections import find_connection, insert_connection
from app.db.connections.organisations import save_organisation
from app.db.life.business_data import make_nameless
from app.db.postgres.session import Database, WriteSession
from app.db.tables import PartnerRow
from app.domain.xero.organisation import Organisation
from tests.unit.domain.samples import ORGANISATION

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database."""
    database = Database(database_url)
    yield database
    await database.close()


async def join(database: Database, organisation: Organisation | None = ORGANISATION) -> UUID:
    """A connection whose organisation was read, or was not."""
    async with database.writing() as session:
        partner = PartnerRow(name="Ada's")
        session.add(partner)
        await session.flush()
        connection = await insert_connection(session, partner.id, uuid4().hex, "Bo's")
        if organisation is not None:
            await save_organisation(session, connection.id, organisation, NOON)
    return connection.id


async def read(database: Database, connection_id: UUID) -> Organisation | None:
    """What a look finds."""
    async with database.reading() as session:
        found = await find_connection(session, connection_id)
    assert found is not None
    return found.organisation


async def execute(session: WriteSession, statement: str, connection_id: UUID) -> None:
    """What somebody writes who knows of no marks."""
    await session.execute(text(statement), {"id": connection_id})


async def test_what_is_at_hand_is_not_read_again(database: Database) -> None:
    """The value is the same one, whichever statement asks for the connection."""
    one, other, new = await join(database), await join(database), await join(database, None)
    known = await read(database, one)
    assert known == ORGANISATION
    async with database.writing() as session:
        locked = await lock_connections(session, [one, other, new], waits=True)
        alone = await lock_connection(session, one)
    assert locked[one].organisation is known
    assert alone is not None
    assert alone.organisation is known
    assert (locked[other].organisation, locked[new].organisation) == (ORGANISATION, None)


async def test_other_facts_are_read_whoever_wrote_them(database: Database) -> None:
    """At the same instant too, by an older release, or by a person's own SQL; also where they were taken away."""
    one = await join(database)
    assert await read(database, one) == ORGANISATION
    renamed = replace(ORGANISATION, name="Banksia Plumbing")
    async with database.writing() as session:
        await save_organisation(session, one, renamed, NOON)
    assert await read(database, one) == renamed
    by_hand = (
        "UPDATE connections SET organisation = jsonb_set(organisation, '{name}', '\"Cy\"') WHERE id = :id"
    )
    async with database.writing() as session:
        await execute(session, by_hand, one)
    assert await read(database, one) == replace(ORGANISATION, name="Cy")
    async with database.writing() as session:
        await make_nameless(session, one)
    assert await read(database, one) is None


async def test_what_was_not_committed_is_not_believed(database: Database) -> None:
    """A transaction that reads what it wrote and is rolled back leaves nothing at hand that counts."""
    one = await join(database)
    with pytest.raises(RuntimeError):
        await write_and_fail(database, one)
    assert await read(database, one) == ORGANISATION


async def write_and_fail(database: Database, connection_id: UUID) -> None:
    """Read facts that are never committed."""
    async with database.writing() as session:
        await save_organisation(session, connection_id, replace(ORGANISATION, name="Never"), NOON)
        found = await lock_connection(session, connection_id)
        assert found is not None
        assert found.organisation == replace(ORGANISATION, name="Never")
        raise RuntimeError


async def test_facts_that_are_older_than_marks_are_known_too(database: Database) -> None:
    """They have had none since the column was made, and get one with the next that are written."""
    one = await join(database)
    async with database.writing() as session:
        await execute(session, "UPDATE connections SET facts_mark = NULL WHERE id = :id", one)
    known = await read(database, one)
    assert known == ORGANISATION
    assert await read(database, one) is known
    async with database.writing() as session:
        await save_organisation(session, one, replace(ORGANISATION, name="Cy"), NOON)
    assert await read(database, one) == replace(ORGANISATION, name="Cy")


async def test_a_process_has_no_more_at_hand_than_so_many(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are read each time, and are as true."""
    monkeypatch.setattr(facts_at_hand, "MOST_AT_HAND", 2)
    facts_at_hand._at_hand.clear()
    names = [f"Business {number}" for number in range(4)]
    joined = [await join(database, replace(ORGANISATION, name=name)) for name in names]
    for _ in range(2):
        found = [await read(database, each) for each in joined]
        assert [each and each.name for each in found] == names
        assert len(facts_at_hand._at_hand) == 2
