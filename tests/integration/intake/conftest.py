"""The webhook routes, in the whole application, over a database of the test's own."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.api.driver import Plumbline, build_settings, open_plumbline
from tests.integration.peopled import Peopled


@pytest.fixture
async def plumbline(peopled_url: str, redis_url: str, peopled: Peopled) -> AsyncIterator[Plumbline]:
    """The application, reaching no Xero."""
    async with open_plumbline(build_settings(peopled_url, redis_url), peopled.partner) as running:
        yield running
