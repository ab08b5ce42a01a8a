"""Filling a database with what is at rest, in as few statements as it takes.

Indexes are built afterwards, and the server does not wait for its disk meanwhile; then everything is as it was.
"""

import asyncpg

COPIED = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND NOT column_name = ANY($2::text[])
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
"""
INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
WHERE indrelid = 'invoice_links'::regclass AND NOT indisprimary
"""
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "'8GB'"}


async def fill(database_url: str, connections: int, each: int) -> None:
    """Copy the one real connection so many times, and the first real link so many times for each copy."""
    connection = await asyncpg.connect(database_url, command_timeout=1200)
    try:
        await _set(connection, CARELESS)
        await connection.execute("SET maintenance_work_mem = '512MB'")
        await _copy(connection, connections, each)
        await _set(connection, dict.fromkeys(CARELESS, "DEFAULT"))
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _copy(connection: asyncpg.Connection, connections: int, each: int) -> None:
    columns = await connection.fetchval(COPIED, "connections", OWN_OF_CONNECTIONS)
    await connection.execute(FILL_CONNECTIONS.format(copied=columns, count=connections))
    indexes = await connection.fetch(INDEXES)
    async with connection.transaction():
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        columns = await connection.fetchval(COPIED, "invoice_links", OWN_OF_LINKS)
        await connection.execute(FILL_LINKS.format(copied=columns, each=each))
        for index in indexes:
            await connection.execute(index["definition"])
    await connection.execute("VACUUM (ANALYZE) invoice_links")
    await connection.execute("VACUUM (ANALYZE) connections")


async def _set(connection: asyncpg.Connection, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = {value}")
    await connection.execute("SELECT pg_reload_conf()")
