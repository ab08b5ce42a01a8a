"""The API over a database of the test's own, with one partner; with a sandbox of Xero where a person consents."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.sandbox.xero import SandboxXero, serve_in_thread
from tests.integration.api.browser import Browser, register
from tests.integration.api.driver import Plumbline, build_settings, open_plumbline
from tests.integration.peopled import Peopled
from tests.loopback import NO_CERTIFICATES


@pytest.fixture
async def plumbline(peopled_url: str, redis_url: str, peopled: Peopled) -> AsyncIterator[Plumbline]:
    """The API, reaching no Xero."""
    async with open_plumbline(build_settings(peopled_url, redis_url), peopled.partner) as running:
        yield running


@pytest.fixture
def xero() -> Iterator[SandboxXero]:
    """A sandbox with one Australian organisation."""
    with serve_in_thread() as running:
        yield running


@pytest.fixture
async def browser(
    xero: SandboxXero, peopled_url: str, redis_url: str, peopled: Peopled
) -> AsyncIterator[Browser]:
    """A person, with Plumbline registered at the sandbox."""
    settings = register(xero, peopled_url, redis_url)
    async with (
        open_plumbline(settings, peopled.partner) as plumbline,
        httpx.AsyncClient(trust_env=False, verify=NO_CERTIFICATES) as http,
    ):
        yield Browser(xero, plumbline, http)
