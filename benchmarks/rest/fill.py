"""Filling a database with what is at rest, in as few statements as it takes, on two connections at once.

Indexes are built afterwards, and the server does not wait for its disk meanwhile; then everything is as it was.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

PARTS = 2
"""Connections that work side by side."""

COPIED = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' AND NOT column_name = ANY($2::text[])
"""
OWN_OF_CONNECTIONS = [
    "id",
    "business_id",
    "tenant_id",
    "xero_connection_id",
    "token_set_id",
    "sweep_at",
    "compared_at",
]
OWN_OF_LINKS = [
    "id", "connection_id", "partner_invoice_id", "xero_invoice_id", "partner_number", "xero_number",
    "created_at", "touched_at", "updated_at",
]  # fmt: skip

FILL_CONNECTIONS = """
INSERT INTO connections (id, business_id, tenant_id, sweep_at, compared_at, {copied})
SELECT gen_random_uuid(), 'rest ' || n, gen_random_uuid()::text, now() + interval '1 day', now(), {copied}
FROM connections, generate_series(1, {count}) AS n WHERE business_id NOT LIKE 'rest %'
"""
FILL_LINKS = """
INSERT INTO invoice_links (id, connection_id, partner_invoice_id, xero_invoice_id, partner_number, xero_number,
    created_at, touched_at, updated_at, {copied})
SELECT gen_random_uuid(), resting.id, 'rest_' || n, gen_random_uuid()::text, 'REST-' || n, 'REST-' || n,
    now() - n * interval '1 hour', now() - n * interval '1 hour', now() - n * interval '1 hour', {copied}
FROM (SELECT * FROM invoice_links WHERE partner_invoice_id NOT LIKE 'rest\\_%' LIMIT 1) AS template,
    (SELECT id FROM connections WHERE business_id LIKE 'rest %') AS resting, generate_series(1, {each}) AS n
WHERE n % {parts} = {part}
"""
INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
WHERE indrelid = 'invoice_links'::regclass AND NOT indisprimary
"""
LONGEST = 1200
"""Seconds of one statement."""
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "'8GB'"}


async def fill(database_url: str, connections: int, each: int) -> None:
    """Copy the one real connection so many times, and the first real link so many times for each copy."""
    async with careless(database_url) as connection:
        columns = await connection.fetchval(COPIED, "connections", OWN_OF_CONNECTIONS)
        await connection.execute(FILL_CONNECTIONS.format(copied=columns, count=connections))
        columns = await connection.fetchval(COPIED, "invoice_links", OWN_OF_LINKS)
        links = [
            FILL_LINKS.format(copied=columns, each=each, parts=PARTS, part=part) for part in range(PARTS)
        ]
        async with without_indexes(connection, database_url):
            await side_by_side(database_url, links)
        await connection.execute("VACUUM (ANALYZE) connections")


@asynccontextmanager
async def careless(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a server that waits for no disk until the block ends."""
    connection = await asyncpg.connect(database_url, command_timeout=LONGEST)
    try:
        await _set(connection, CARELESS)
        yield connection
        await _set(connection, dict.fromkeys(CARELESS, "DEFAULT"))
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


@asynccontextmanager
async def without_indexes(connection: asyncpg.Connection, database_url: str) -> AsyncIterator[None]:
    """The table of links without any but its primary key; built again when the block ends, and looked through."""
    indexes = await connection.fetch(INDEXES)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    yield
    await side_by_side(database_url, [index["definition"] for index in indexes])
    await connection.execute("VACUUM (ANALYZE) invoice_links")


async def side_by_side(database_url: str, statements: Sequence[str]) -> None:
    """Carry them out, as many at once as there are parts."""
    waiting = iter(statements)

    async def work() -> None:
        connection = await asyncpg.connect(database_url, command_timeout=LONGEST)
        try:
            await connection.execute(
                "SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 0"
            )
            for statement in waiting:
                await connection.execute(statement)
        finally:
            await connection.close()

    await asyncio.gather(*(work() for _ in range(PARTS)))


async def _set(connection: asyncpg.Connection, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = {value}")
    await connection.execute("SELECT pg_reload_conf()")
