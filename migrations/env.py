"""How Alembic reaches the database: by asyncpg, in one transaction for all versions, and never waiting long for a lock.

A migration that waits for a lock makes everyone queue behind it, so it gives up soon and is run again. Two that start
at once take turns by an advisory lock, and the second finds nothing to do.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.pool import NullPool

from app.db.postgres.driver import build_engine
from app.db.tables import Table
from app.development import fill_in
from app.settings import Settings

LOCK_TIMEOUT = "5s"
# Any number will do that nobody else on this database uses.
ONE_AT_A_TIME = 7_304_115


def find_url() -> str:
    """Return the URL that the caller gave, or the one of this process's settings."""
    given = context.config.attributes.get("database_url")
    if given is None:
        settings = Settings()
        given = (settings if settings.is_production else fill_in(settings)).database_url
    scheme, _, rest = str(given).partition("://")
    return f"postgresql+asyncpg://{rest}" if scheme == "postgresql" else str(given)


def run_versions(connection: Connection) -> None:
    """Run what was asked for, on an open connection."""
    connection.execute(text(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})"))
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    # The advisory lock outlives this transaction: it is held until the connection closes.
    connection.commit()
    context.configure(connection=connection, target_metadata=Table.metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    """Open a connection of our own for the run."""
    engine = build_engine(find_url(), "plumbline migrate", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run_versions)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Table.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(connect_and_run())
