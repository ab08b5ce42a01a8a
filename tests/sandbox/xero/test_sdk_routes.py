"""No address of the sandbox is left out: Xero's own SDK, unmodified, reaches each one and reads each answer whole."""

import re
from collections.abc import Iterator

import pytest

from app.sandbox.xero import SandboxXero
from app.sandbox.xero.server import list_api
from tests.sandbox.xero.driver import EVERY_SCOPE, XeroApp
from tests.sandbox.xero.sdk import Sdk
from tests.sandbox.xero.sdk_calls import CALLS, World

ROUTES = [(method, path) for method, path, _, _ in list_api()]


@pytest.fixture(scope="module")
def world(xero: SandboxXero) -> Iterator[World]:
    """An organisation that has one of everything."""
    app = XeroApp(xero)
    app.tenant_id = app.control("POST", "/organisations", name="Whole Plumbing", country="AU")["tenant_id"]
    app.control("PUT", "/limits", minute=10_000)
    sdk = Sdk(app.connect(scope=EVERY_SCOPE))
    yield World(sdk)
    sdk.close()
    app.control("PUT", "/limits", minute=60)
    app.http.close()


def test_there_is_a_call_for_every_route_and_no_other() -> None:
    """An endpoint that is added to the sandbox is driven by the SDK from its first day."""
    assert len(set(ROUTES)) == len(ROUTES)
    assert CALLS.keys() == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_the_sdk_reaches_and_reads(world: World, route: tuple[str, str]) -> None:
    """Its model reader raises at an unknown enum value, a null date, a list that is none."""
    method, path = route
    before = world.sdk.app.control("GET", "/calls?since=0")["last"]
    read = CALLS[route](world)
    calls = world.sdk.app.control("GET", f"/calls?since={before}")["calls"]
    pattern = re.compile("/api.xro/2.0" + re.sub(r"\{\w+\}", "[^/]+", path), re.IGNORECASE)
    reached = [call for call in calls if call["method"] == method and pattern.fullmatch(call["path"])]
    assert [call["status"] for call in reached] == [200]
    content = vars(read)
    assert any(value for name, value in content.items() if name not in ("_pagination", "discriminator"))
