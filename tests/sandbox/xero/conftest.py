"""One sandbox for the session; for every test an organisation of its own, an app connected to it, a webhook receiver.

What a test may have set for the whole sandbox (faults, limits, latency, webhooks) is put back after it; the clock only
moves forward, and no test depends on the date.
"""

from collections.abc import Iterator

import pytest

from app.sandbox.xero import SandboxXero, serve_in_thread
from tests.sandbox.xero.driver import Receiver, XeroApp, open_receiver


@pytest.fixture(scope="session")
def xero() -> Iterator[SandboxXero]:
    """A running sandbox."""
    with serve_in_thread() as running:
        yield running


@pytest.fixture
def stranger(xero: SandboxXero) -> Iterator[XeroApp]:
    """The app before anybody of a new Australian organisation has consented."""
    app = XeroApp(xero)
    app.tenant_id = app.control("POST", "/organisations", name="Wattle Plumbing", country="AU")["tenant_id"]
    yield app
    app.control("DELETE", "/faults")
    app.control("PUT", "/limits", minute=60, day=5000, concurrent=5)
    app.control("PUT", "/latency", milliseconds=0)
    app.control(
        "PUT", "/webhooks", url=None, mode="live", delay_ms=0, lose_next=0, double_next=0, shuffle=False
    )
    app.http.close()


@pytest.fixture
def app(stranger: XeroApp) -> XeroApp:
    """The app, connected to the organisation."""
    return stranger.connect()


@pytest.fixture
def receiver(app: XeroApp) -> Iterator[Receiver]:
    """The app's webhook endpoint, subscribed."""
    with open_receiver(app.xero.webhook_key) as endpoint:
        app.control("PUT", "/webhooks", url=endpoint.url)
        yield endpoint
        app.control("PUT", "/webhooks", url=None)
