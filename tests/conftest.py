"""What every test may ask for: a PostgreSQL database and a Redis database of its own, both real.

The session has one PostgreSQL and one Valkey, started when the first test asks for them, or the servers that
DATABASE_URL and REDIS_URL name. The migrations run once, into a template; each test gets a copy (`database_url`) and
an empty numbered database (`redis_url`), so that no test sees another's data and none must clean up. Of a Redis that
REDIS_URL names, the databases 1 to 15 are emptied.
"""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
import structlog
import uvloop

from app import schema
from app.embedded import open_servers
from app.settings import Settings
from tests.databases import Databases, open_databases
from tests.redis_databases import empty_redis
from tests.shares import begin_elsewhere, compile_share, put_in_order
from tests.statements import share_compiled_statements, share_type_lookups

# Rich would draw every traceback that a test provokes, in seconds each.
_plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _plain])

share_compiled_statements()
share_type_lookups()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the loop that the API and the workers run on, which is also the quicker one."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_configure(config: pytest.Config) -> None:
    """Do not load what another process of the run loads meanwhile, as far as that goes."""
    compile_share()
    begin_elsewhere(config)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the same order in every process."""
    put_in_order(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the collector pass over what is there to stay: looking through it takes time and frees nothing."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


@pytest.fixture(scope="session")
def servers() -> Iterator[Settings]:
    """Settings that name the session's PostgreSQL, as somebody who may create databases, and its Redis."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield Settings(_env_file=None)
        return
    folder = Path(tempfile.mkdtemp(prefix="plumbline-tests-", dir=_find_roomy_memory()))
    opened = open_servers(folder, throwaway=True)
    yield Settings(_env_file=None, **vars(opened.addresses))
    opened.close(wait=True)


def _find_roomy_memory() -> str | None:
    """Return a file system in memory, where a database is copied ten times as fast, if there is one with room."""
    memory = "/dev/shm"  # noqa: S108 - mkdtemp makes a private folder in it
    is_roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    return memory if is_roomy else None


@pytest.fixture(scope="session")
def databases(servers: Settings) -> Iterator[Databases]:
    """Where tests get their databases."""
    with open_databases(servers.database_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def template_database(databases: Databases) -> Iterator[str]:
    """The name of a database in which every migration has run, to be copied."""
    with databases.copy("template1") as url:
        schema.upgrade(url)
        yield schema.find_database(url)


@pytest.fixture
def database_url(databases: Databases, template_database: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database for this test alone."""
    with databases.copy(template_database) as url:
        yield url


@pytest.fixture
async def redis_url(servers: Settings) -> str:
    """An empty Redis database for this test alone: 1 to 15 in turn, so that what a test left running meets no other."""
    return await empty_redis(servers.redis_url)
