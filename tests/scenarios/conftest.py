"""A house for each story."""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.house import House, open_house


@pytest.fixture
async def house(database_url: str, redis_url: str) -> AsyncIterator[House]:
    """Both sides and Plumbline between them, joined and settled."""
    async with open_house(database_url, redis_url) as opened:
        await opened.connect()
        yield opened
