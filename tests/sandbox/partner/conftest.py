"""The partner's app on a free port, and a listener in Plumbline's place that notes what the app sends."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.partner.server import AnnouncingServer, SandboxPartner, bind_socket
from tests.loopback import NO_CERTIFICATES

SECRET_IN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET_OUT = "whsec_c2FuZGJveC1wYXJ0bmVyLW91dGdvaW5n"


@dataclass
class Listener:
    """Notes every document and answers what it is told to; knows nothing of the rules."""

    url: str
    documents: list[dict[str, Any]] = field(default_factory=list)
    """Every document that came, by either way, in order."""
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    manifests: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    asked: list[str] = field(default_factory=list)
    """The ids that the next manifest is answered with."""

    async def take(self, request: Request) -> Response:
        body = await request.body()
        said: dict[str, Any] = json.loads(body) if body else dict(request.query_params)
        if request.url.path.endswith("/manifest"):
            self.manifests.append(said)
            send = [{"id": each, "held_version": None, "reason": "missing"} for each in self.asked]
            return JSONResponse({"send": send, "unknown_to_you": []})
        self.documents.append(said["data"]["document"] if request.method == "POST" else said)
        self.headers.append(dict(request.headers))
        self.bodies.append(body)
        self.paths.append(request.url.path)
        return JSONResponse({"state": "behind"}, self.status)


@pytest.fixture(scope="session")
def listening() -> Iterator[Starlette]:
    """One server for all tests; its state names the listener of the running one, and its own address."""
    bound = bind_socket("127.0.0.1", 0)

    async def take(request: Request) -> Response:
        listener: Listener = request.app.state.listener
        return await listener.take(request)

    application = Starlette(routes=[Route("/{rest:path}", take, methods=["PUT", "POST", "DELETE"])])
    application.state.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    server = AnnouncingServer(uvicorn.Config(application, log_level="warning"))
    thread = threading.Thread(target=server.run, args=([bound],))
    thread.start()
    assert server.is_listening.wait(60)
    yield application
    server.end()
    thread.join()
    bound.close()


@pytest.fixture
def plumbline(listening: Starlette) -> Listener:
    """A listener in Plumbline's place that has heard nothing yet."""
    listener = Listener(listening.state.url)
    listening.state.listener = listener
    return listener


@pytest.fixture
def partner() -> Iterator[SandboxPartner]:
    """The partner's app, empty."""
    with SandboxPartner() as running:
        yield running


@pytest.fixture
def address(plumbline: Listener) -> dict[str, str]:
    """What the app is told about Plumbline."""
    return {
        "url": plumbline.url,
        "api_key": "pk_test",
        "partner_id": "par_1",
        "webhook_secret_in": SECRET_IN,
        "webhook_secret_out": SECRET_OUT,
        "connection_id": "con_1",
        "business_id": "biz_1",
        "send": "put",
    }


@pytest.fixture
def control(partner: SandboxPartner, address: dict[str, str]) -> Iterator[httpx.Client]:
    """The app's control API; the app knows its Plumbline."""
    with httpx.Client(
        base_url=partner.control_url, timeout=30, trust_env=False, verify=NO_CERTIFICATES
    ) as client:
        assert client.put("/plumbline", json=address).status_code == 200
        yield client


Deliver = Callable[..., httpx.Response]


@pytest.fixture
def deliver(partner: SandboxPartner, control: httpx.Client) -> Deliver:
    """Deliver a signed change to the app: deliver(invoice_id, revision, (path, before, after), ...)."""

    def send(invoice_id: str, revision: int, *entries: tuple[str, Any, Any], **more: Any) -> httpx.Response:
        fields = [dict(zip(("path", "before", "after"), entry, strict=True)) for entry in entries]
        data = {"invoice_id": invoice_id, "revision": revision, "cursor": revision, "fields": fields, **more}
        return post_signed(partner.webhook_url, {"type": "invoice.changed", "data": data})

    return send


def post_signed(url: str, message: Any, secret: str = SECRET_IN) -> httpx.Response:
    """POST a message with the headers of Standard Webhooks."""
    body, now = json.dumps(message), datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }
    return httpx.post(url, content=body, headers=headers, trust_env=False)
