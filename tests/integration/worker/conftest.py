"""The settings of a worker over a real database and a real Redis, and a connection with an app that takes changes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from arq.connections import ArqRedis
from cryptography.fernet import Fernet

from app.delivery.network import build_client
from app.settings import Settings
from app.wiring.ground import Ground, open_ground, open_queue
from tests.integration.delivery.odd_app import OddApp, serve_odd_app
from tests.integration.delivery.world import ANYWHERE, World, open_world

Until = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    """What a worker needs of them; Xero is nowhere, and nothing here asks it."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        secret_keys=Fernet.generate_key().decode(),
        public_url="http://localhost:1",
        xero_api_url="http://127.0.0.1:1",
        xero_identity_url="http://127.0.0.1:1",
        xero_login_url="http://127.0.0.1:1",
    )


@pytest.fixture
async def queue(settings: Settings) -> AsyncIterator[ArqRedis]:
    """The queue of nudges."""
    async with open_queue(settings) as opened:
        yield opened


@pytest.fixture
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    """What the API stands on."""
    async with open_ground(settings) as opened:
        yield opened


@pytest.fixture
async def odd() -> AsyncIterator[OddApp]:
    """The partner's app."""
    async with serve_odd_app() as running:
        yield running


@pytest.fixture
async def world(ground: Ground, odd: OddApp) -> AsyncIterator[World]:
    """A connection whose changes go to the app; invoice inv_1 is held in version 1."""
    async with build_client(ANYWHERE) as http:
        opened = await open_world(ground.database, ground.vault, ground.waker, http, odd.webhook_url)
        await opened.hold({"id": "inv_1", "version": 1})
        yield opened


@pytest.fixture
def until() -> Until:
    """Look until a condition holds; fail after a minute, which nothing takes however busy the machine is."""

    async def look(holds: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(60):
            while not await holds():  # noqa: ASYNC110 - it holds in Redis or PostgreSQL, which wake nobody here
                await asyncio.sleep(0.01)

    return look
