"""The migrations: they run up, down and up, build what the tables describe, and never wait long for a lock."""

import ast
import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

from app import schema
from app.settings import Settings
from tests.house import house

VERSIONS = sorted((schema.MIGRATIONS / "versions").glob("*.py"))
LAST_OF_FIRST_RELEASE = "0010"
"""Up to here nobody ran old code on a newer schema: all of it comes with the first release."""
RELEASED_LATER = [path for path in VERSIONS if path.name[:4] > LAST_OF_FIRST_RELEASE]
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
    """A version that waits behind a long query makes everyone else wait behind it. One that builds an index beside the
    work is in no transaction, so it sets the limit for the length of its connection.
    """
    limits = re.findall(r"SET (?:LOCAL )?lock_timeout = ", path.read_text())
    assert len(limits) >= 2, "both ways need one; see script.py.mako"


def list_operations(path: Path, function: str) -> list[ast.Call]:
    """The calls of Alembic's `op` in one way of a version."""
    found = [each for each in house.list_functions(house.parse(path)) if each.name == function]
    calls = [node for each in found for node in ast.walk(each) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).startswith("op.")]


def read_name(call: ast.Call, position: int) -> str:
    """A plain argument; where it is worked out, its code."""
    argument = call.args[position] if len(call.args) > position else None
    return str(argument.value) if isinstance(argument, ast.Constant) else ast.unparse(argument or call)


@pytest.mark.parametrize("path", RELEASED_LATER, ids=house.name)
def test_an_index_on_a_table_that_was_there_is_built_beside_the_work(path: Path) -> None:
    """Building one locks out every write for as long as it takes; a version that does so says why that is short."""
    operations = list_operations(path, "upgrade")
    made = {read_name(call, 0) for call in operations if ast.unparse(call.func) == "op.create_table"}
    locking = [
        read_name(call, 0)
        for call in operations
        if ast.unparse(call.func) == "op.create_index"
        and read_name(call, 1) not in made
        and "postgresql_concurrently=True" not in ast.unparse(call)
    ]
    assert not locking or "# Not concurrently: " in path.read_text(), locking


@pytest.mark.parametrize("path", RELEASED_LATER, ids=house.name)
def test_no_version_takes_away_what_the_code_before_it_may_use(path: Path) -> None:
    """Old code runs on the new schema while a release is under way, and after it was taken back.

    What goes, goes with the release after the one that stopped using it, and the version names that one.
    """
    narrowing = {
        "op.drop_table",
        "op.drop_column",
        "op.rename_table",
        "op.alter_column",
        "op.drop_constraint",
    }
    found = [
        ast.unparse(call) for call in list_operations(path, "upgrade") if ast.unparse(call.func) in narrowing
    ]
    assert not found or "# Unused since: " in path.read_text(), found


@pytest.mark.parametrize("path", RELEASED_LATER, ids=house.name)
def test_a_new_column_needs_nothing_of_old_code(path: Path) -> None:
    """It may be null, or has a default of the database's."""
    added = [call for call in list_operations(path, "upgrade") if ast.unparse(call.func) == "op.add_column"]
    strict = [ast.unparse(call) for call in added if "nullable=True" not in ast.unparse(call)]
    assert [each for each in strict if "server_default=" not in each] == []
