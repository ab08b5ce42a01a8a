"""Copies of a history's database, kept in schemas beside its tables, and put back: before each history, and in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from app.db.upkeep.restored import doubt_everything
from tests.simulation.server_time import ServerTime
from tests.simulation.store import SharedDatabase

TABLES = """
SELECT table_name AS name, array_agg(column_name::text ORDER BY ordinal_position) AS columns
FROM information_schema.columns JOIN pg_tables ON schemaname = table_schema AND tablename = table_name
WHERE table_schema = 'public' AND is_generated = 'NEVER' AND table_name <> 'alembic_version'
GROUP BY table_name ORDER BY table_name
"""
SEQUENCES = (
    "SELECT sequencename AS name, last_value AS last FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
)
DOUBTED_FOR = timedelta(days=30)


class Copy:
    """One copy; `statement` is what puts it back, in one go."""

    def __init__(self, raw: asyncpg.Connection, schema: str) -> None:
        self.raw = raw
        self._schema = schema
        self._tables: Sequence[Any] = ()
        self.statement = ""

    async def prepare(self) -> None:
        """Make room for it."""
        self._tables = await self.raw.fetch(TABLES)
        made = [
            f"CREATE TABLE {self._schema}.{each['name']} (LIKE public.{each['name']} INCLUDING GENERATED)"
            for each in self._tables
        ]
        await self.raw.execute(";".join([f"CREATE SCHEMA {self._schema}", *made]))

    async def make(self) -> None:
        """Keep what the tables hold now."""
        kept = []
        for each in self._tables:
            name, columns = each["name"], _name_columns(each)
            kept.append(f"DELETE FROM {self._schema}.{name}")  # noqa: S608 - as the catalogue has it
            kept.append(f"INSERT INTO {self._schema}.{name} ({columns}) SELECT {columns} FROM public.{name}")  # noqa: S608
        await self.raw.execute(";".join(kept))
        self.statement = await self._build_statement()

    async def put_back(self) -> None:
        """The tables are as they were."""
        await self.raw.execute(self.statement)

    async def _build_statement(self) -> str:
        statements = ["SET LOCAL session_replication_role = replica"]
        for each in self._tables:
            name, columns = each["name"], _name_columns(each)
            statements.append(f"DELETE FROM public.{name}")  # noqa: S608
            if await self.raw.fetchval(f"SELECT EXISTS (SELECT FROM {self._schema}.{name})"):  # noqa: S608
                kept = f"SELECT {columns} FROM {self._schema}.{name}"  # noqa: S608
                statements.append(f"INSERT INTO public.{name} ({columns}) OVERRIDING SYSTEM VALUE {kept}")
        for each in await self.raw.fetch(SEQUENCES):
            last, is_used = each["last"] or 1, str(each["last"] is not None).lower()
            statements.append(f"SELECT setval('{each['name']}', {last}, {is_used})")
        return ";".join(statements)


class OlderCopy:
    """A copy that is made in a history, and put back and doubted in it, as docs/operations/backup.md says."""

    def __init__(self, copy: Copy, shared: SharedDatabase, server_time: ServerTime) -> None:
        self._copy = copy
        self._shared = shared
        self._server_time = server_time
        self._made_at: datetime | None = None

    def forget(self) -> None:
        """Another history begins."""
        self._made_at = None

    @property
    def is_made(self) -> bool:
        """Whether there is one."""
        return self._made_at is not None

    async def fetch(self, statement: str) -> Sequence[Any]:
        """Rows of what is about to be lost, past all gates."""
        return list(await self._copy.raw.fetch(statement))

    async def make(self, now: datetime) -> None:
        """As `pg_dump` does."""
        self._made_at = now
        await self._copy.make()

    async def put_back(self, now: datetime) -> None:
        """As `pg_restore` and `python -m app restored` do, while nobody works."""
        assert self._made_at is not None
        await self._copy.put_back()
        await self._server_time.begin(now)
        async with self._shared.writing() as session:
            await doubt_everything(session, self._made_at, now, DOUBTED_FOR)


def _name_columns(table: Any) -> str:
    return ", ".join(f'"{column}"' for column in table["columns"])
