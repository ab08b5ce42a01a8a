"""A delivery over a real database and a real Redis, the sandbox's partner app, and an app that answers oddly."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from arq.connections import ArqRedis
from cryptography.fernet import Fernet

from app.db.postgres.session import Database
from app.delivery.network import build_client
from app.sandbox.partner.server import SandboxPartner
from app.settings import Settings
from app.vault import Vault
from app.waker import ArqWaker
from app.wiring.ground import open_queue
from tests.integration.delivery.odd_app import OddApp, serve_odd_app
from tests.integration.delivery.world import ANYWHERE, BUSINESS_ID, World, open_world
from tests.loopback import NO_CERTIFICATES


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The test's own database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def queue(redis_url: str) -> AsyncIterator[ArqRedis]:
    """The queue of nudges."""
    async with open_queue(Settings(_env_file=None, redis_url=redis_url)) as opened:
        yield opened


@pytest.fixture
def vault() -> Vault:
    """A vault with a key of its own."""
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The client that wiring gives to delivery."""
    async with build_client(ANYWHERE) as client:
        yield client


@pytest.fixture
def partner() -> Iterator[SandboxPartner]:
    """The sandbox's partner app, empty."""
    with SandboxPartner() as running:
        yield running


@pytest.fixture
async def world(
    database: Database, vault: Vault, queue: ArqRedis, http: httpx.AsyncClient, partner: SandboxPartner
) -> World:
    """A connection whose changes go to the sandbox's app."""
    return await open_world(database, vault, ArqWaker(queue), http, partner.webhook_url)


@pytest.fixture
async def app(world: World, partner: SandboxPartner) -> AsyncIterator[httpx.AsyncClient]:
    """The control address of the sandbox's app; it has invoice inv_1, sent, version 1, and Plumbline holds that."""
    async with httpx.AsyncClient(
        base_url=partner.control_url, trust_env=False, verify=NO_CERTIFICATES
    ) as control:
        address = {
            "url": "http://127.0.0.1:1",
            "api_key": "plk_test",
            "partner_id": "par_1",
            "webhook_secret_in": world.partner_secret,
            "webhook_secret_out": world.partner_secret,
            "connection_id": str(world.connection_id),
            "business_id": BUSINESS_ID,
        }
        (await control.put("/plumbline", json=address)).raise_for_status()
        opened = await control.post("/invoices", json={"id": "inv_1", "status": "sent", "send": False})
        await world.hold(opened.raise_for_status().json()["document"])
        yield control


@pytest.fixture
async def odd() -> AsyncIterator[OddApp]:
    """An app whose answers the test decides."""
    async with serve_odd_app() as running:
        yield running


@pytest.fixture
async def odd_world(
    database: Database, vault: Vault, queue: ArqRedis, http: httpx.AsyncClient, odd: OddApp
) -> World:
    """A connection whose changes go to the odd app; invoices inv_1 to inv_9 are held, each in version 1."""
    world = await open_world(database, vault, ArqWaker(queue), http, odd.webhook_url)
    for number in range(1, 10):
        await world.hold({"id": f"inv_{number}", "version": 1})
    return world


@pytest.fixture
async def dead_waker() -> AsyncIterator[ArqWaker]:
    """A waker whose Redis is not there."""
    async with open_queue(Settings(_env_file=None, redis_url="redis://127.0.0.1:1/0")) as nowhere:
        yield ArqWaker(nowhere)
