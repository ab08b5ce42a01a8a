"""The migrations: they run up, down and up, build what the tables describe, and never wait long for a lock."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from app import schema
from app.settings import Settings
from tests.house import house

VERSIONS = sorted((schema.MIGRATIONS / "versions").glob("*.py"))
pytestmark = pytest.mark.skipif(not VERSIONS, reason="there are no migrations yet")


def test_migrations_run_up_down_and_up_and_build_the_tables(servers: Settings) -> None:
    """Every version can be taken back, and at the newest the database is what the code describes."""
    schema.check_migrations(servers.database_url)


async def test_taking_all_versions_back_leaves_nothing(servers: Settings) -> None:
    """A version's way down undoes all of its way up."""
    async with schema.scratch_database(servers.database_url) as url:
        await asyncio.to_thread(schema.upgrade, url)
        await asyncio.to_thread(schema.downgrade, url, "base")
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        left = await connection.fetch(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^alembic_version'
            UNION ALL
            SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
            """
        )
        await connection.close()
    assert left == []


async def test_a_second_upgrade_finds_nothing_to_do(servers: Settings) -> None:
    """Migrations run at every start of a deployment."""
    async with schema.scratch_database(servers.database_url) as url:
        await asyncio.to_thread(schema.upgrade, url)
        await asyncio.to_thread(schema.upgrade, url)


@pytest.mark.parametrize("path", VERSIONS, ids=house.name)
def test_every_version_gives_up_waiting_for_a_lock(path: Path) -> None:
    """A version that waits behind a long query makes everyone else wait behind it."""
    assert path.read_text().count("SET LOCAL lock_timeout") >= 2, "both ways need one; see script.py.mako"
