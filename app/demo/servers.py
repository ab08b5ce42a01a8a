"""The demo's folder and its database: one demo at a time in each, always an empty database, never anybody else's.

With DATABASE_URL and REDIS_URL set, those are used as they are and nothing in them is dropped. Otherwise
embedded servers keep their data in the folder, so that only the first start has to build it, and the demo's
database in them is made anew each time: what an earlier run left there would be work for this one.
"""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from app.embedded import Addresses, open_servers

MOST_DEMOS = 9
DATABASE = "plumbline_demo"


@contextmanager
def claim_folder(parent: Path) -> Iterator[Path]:
    """A folder that no other demo uses for as long as the block runs; the same one each time when it is free."""
    for n in range(1, MOST_DEMOS + 1):
        folder = parent / (f"demo-{n}" if n > 1 else "demo")
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield folder
            return
    raise RuntimeError(f"{MOST_DEMOS} demos run already")


@contextmanager
def open_database(folder: Path) -> Iterator[Addresses]:
    """The servers to use, until the block ends."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield Addresses(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
        return
    servers = open_servers(folder / "servers")
    try:
        given = servers.addresses
        yield Addresses(
            os.environ.get("DATABASE_URL") or asyncio.run(make_database(given.database_url)),
            os.environ.get("REDIS_URL") or given.redis_url,
        )
    finally:
        servers.close(wait=True)


async def make_database(url: str) -> str:
    """An empty database in the server behind `url`, instead of the one of an earlier run; its own url."""
    parts = urlsplit(url)
    connection = await asyncpg.connect(urlunsplit(parts._replace(scheme="postgresql")))
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    return urlunsplit(parts._replace(path=f"/{DATABASE}"))
