"""The webhook routes, in the whole application, over a database of the test's own."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.api.driver import Plumbline, build_settings, open_plumbline


@pytest.fixture
async def plumbline(database_url: str, redis_url: str) -> AsyncIterator[Plumbline]:
    """The application, reaching no Xero."""
    async with open_plumbline(build_settings(database_url, redis_url)) as running:
        yield running
