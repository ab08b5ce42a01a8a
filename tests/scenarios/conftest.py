"""A house for each story."""

from collections.abc import AsyncIterator

import pytest

from tests.facts.wire import held_to_the_facts
from tests.scenarios.house import House, open_house


@pytest.fixture
async def house(database_url: str, redis_url: str) -> AsyncIterator[House]:
    """Both sides and Plumbline between them, joined and settled; whatever is said to Xero is judged in the end."""
    async with (
        open_house(database_url, redis_url) as opened,
        held_to_the_facts(opened.xero, f"{opened.xero_root}/control"),
    ):
        await opened.connect()
        yield opened
