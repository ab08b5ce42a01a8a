"""A house for each story."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from app import schema
from app.clock import SystemClock
from app.sandbox.xero import freeze
from app.settings import Settings
from tests.databases import Databases
from tests.facts.wire import held_to_the_facts
from tests.redis_databases import empty_redis
from tests.scenarios.house import House
from tests.scenarios.left import Left, list_instants
from tests.scenarios.opening import open_house
from tests.scenarios.variants import leave_to_proofs

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before it is looked who is a proof: of the stories of this folder each run tells one variant."""
    leave_to_proofs(item for item in items if item.path.is_relative_to(HERE))


@pytest.fixture(scope="session")
def left(servers: Settings, template_database: str) -> Iterator[Left]:
    """A house that was joined and settled, for all stories to go on from."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield runner.run(stack.enter_async_context(leave_joined_house(servers, template_database)))
        runner.run(stack.aclose())


@asynccontextmanager
async def leave_joined_house(servers: Settings, template: str) -> AsyncIterator[Left]:
    """Join a house over HTTP, and leave it; its database stays until the block ends."""
    async with schema.scratch_database(servers.database_url, template) as url:
        redis_url = await empty_redis(servers.redis_url)
        async with open_house(url, redis_url) as house, judged(house):
            await house.connect()
            notices = (await house._json(house.app.get("/notices")))["data"]
            at, xero = SystemClock().now(), freeze(house.sandbox.sandbox)
        yield Left(
            at=at,
            database=schema.find_database(url),
            instants=await list_instants(url),
            xero=xero,
            secret_keys=house.settings.secret_keys,
            partner=house.partner,
            connection_id=house.connection_id,
            notices=notices,
        )


@asynccontextmanager
async def judged(house: House) -> AsyncIterator[None]:
    """Whatever is said to Xero is judged in the end."""
    async with held_to_the_facts(house.xero, f"{house.xero_root}/control"):
        yield


@pytest.fixture
def left_database_url(databases: Databases, left: Left) -> Iterator[str]:
    """The database of a house that was joined and settled, for this story alone."""
    with databases.copy(left.database) as url:
        yield url


@pytest.fixture
async def house(left_database_url: str, redis_url: str, left: Left) -> AsyncIterator[House]:
    """Both sides and Plumbline between them, joined and settled; whatever is said to Xero is judged in the end."""
    async with open_house(left_database_url, redis_url, left) as opened, judged(opened):
        yield opened


@pytest.fixture
async def newcomer(database_url: str, redis_url: str) -> AsyncIterator[House]:
    """Both sides and Plumbline, nobody joined yet."""
    async with open_house(database_url, redis_url) as opened:
        yield opened
