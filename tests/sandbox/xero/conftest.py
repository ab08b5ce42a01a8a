"""One sandbox for the session; for every test an organisation of its own, an app connected to it, a webhook receiver.

What a test may have set for the whole sandbox (faults, limits, latency, webhooks) is put back after it; the clock only
moves forward, and no test depends on the date.
"""

from collections.abc import Iterator

import pytest

from app.sandbox.xero import SandboxXero, serve_in_thread
from tests.facts.wire import find_specification
from tests.sandbox.xero.driver import EVERY_SCOPE, Receiver, XeroApp, open_receiver
from tests.sandbox.xero.sdk import Sdk
from tests.sandbox.xero.specification import Specification


@pytest.fixture(scope="session")
def xero() -> Iterator[SandboxXero]:
    """A running sandbox."""
    with serve_in_thread() as running:
        yield running


@pytest.fixture(scope="session")
def judge() -> Specification | None:
    """Xero's own specification; None where it is not beside the repository."""
    return find_specification()


@pytest.fixture(scope="session")
def listener(xero: SandboxXero) -> Iterator[XeroApp]:
    """Somebody at the control address who asks what was said."""
    app = XeroApp(xero)
    app.control("PUT", "/exchanges", keep=10_000)
    yield app
    app.http.close()


@pytest.fixture(autouse=True)
def _everything_said_fits_the_specification(listener: XeroApp, judge: Specification | None) -> Iterator[None]:
    """After every test here: each answer that it was given, and each request that was taken, fits.

    Requests that the sandbox refused are left out, for most of them are wrong on purpose.
    """
    yield
    said = listener.control("DELETE", "/exchanges")["exchanges"]
    problems = judge.problems_of(said) if judge else []
    assert not problems, "\n".join(problems)


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
def books(stranger: XeroApp) -> XeroApp:
    """The app, connected with every scope that the sandbox has endpoints for."""
    return stranger.connect(scope=EVERY_SCOPE)


@pytest.fixture
def sdk(app: XeroApp) -> Iterator[Sdk]:
    """The SDK with this test's token."""
    made = Sdk(app)
    yield made
    made.close()


@pytest.fixture
def wide_sdk(books: XeroApp) -> Iterator[Sdk]:
    """The SDK with a token of every scope."""
    made = Sdk(books)
    yield made
    made.close()


@pytest.fixture
def receiver(app: XeroApp) -> Iterator[Receiver]:
    """The app's webhook endpoint, subscribed."""
    with open_receiver(app.xero.webhook_key) as endpoint:
        app.control("PUT", "/webhooks", url=endpoint.url)
        yield endpoint
        app.control("PUT", "/webhooks", url=None)
