"""Everything at once for a story: a Xero organisation, a partner's app, and Plumbline between them, over real HTTP.

The sandboxes and the API listen on loopback; PostgreSQL and Redis are real. What a worker does is done here by hand:
`drain` lets webhooks go, reconciles and delivers until nothing is due, so a story is deterministic and then looks at
the state of both sides. Xero's webhooks are held until `drain` lets them go, unless a story says otherwise.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from app.clock import ManualClock, SystemClock
from app.db.session import Database
from app.delivery.answers import Answer, Silence
from app.delivery.webhook import Message, Recipient, Sender
from app.main import create_app
from app.sandbox.partner.server import SandboxPartner
from app.sandbox.xero import SandboxXero, serve_in_thread
from app.settings import Settings
from app.wiring import WorkerParts, create_partner, open_worker
from tests.loopback import NO_CERTIFICATES

Json = dict[str, Any]

MOST_TURNS = 40

NO_LIMIT = 100_000
"""Calls in a minute and in a day; stories about Xero's limits lower them."""


@dataclass
class House:
    """One partner, one business, one organisation, joined unless a story asks otherwise."""

    xero: httpx.AsyncClient
    """The sandbox organisation's control address."""
    app: httpx.AsyncClient
    """The partner app's control address."""
    api: httpx.AsyncClient
    """Plumbline, called with the partner's key."""
    parts: WorkerParts
    database: Database
    clock: ManualClock
    tenant_id: str
    partner: Json
    settings: Settings
    xero_root: str
    connection_id: str = ""
    errors: list[BaseException] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The connection's address."""
        return f"/v1/connections/{self.connection_id}"

    # joining

    async def connect(self, **settings: Any) -> Json:
        """Open a connection, go through Xero's consent, choose the sales account and other settings."""
        opened = await self._json(self.api.post("/v1/connections", json={"business_id": "biz_1"}))
        self.connection_id = opened["id"]
        await self.consent(opened["authorise_url"])
        # The API has a clock of its own, and read the organisation by it: what the worker does comes after that.
        self.clock.advance(SystemClock().now() - self.clock.now())
        accounts = await self._json(self.api.get(f"{self.path}/accounts", params={"fit_for": "sales"}))
        bank = await self._json(self.api.get(f"{self.path}/accounts", params={"fit_for": "payments"}))
        chosen = {
            "revenue_accounts": dict.fromkeys(
                ("general", "materials", "labour"), accounts["data"][0]["account_id"]
            ),
            "payment_account": bank["data"][0]["account_id"],
            "conflict_policy": "xero_wins",
        }
        await self._json(self.api.patch(f"{self.path}/settings", json=chosen | settings))
        await self.introduce()
        await self.drain()
        return await self._json(self.api.get(self.path))

    async def consent(self, authorise_url: str, **choice: str) -> httpx.Response:
        """A person allows access on Xero's page and is sent back to us."""
        async with build_client() as browser:
            chosen = {"decision": "allow", "tenant_id": self.tenant_id} | choice
            allowed = await browser.post(authorise_url, data=chosen)
            back = httpx.URL(allowed.headers["location"])
        return await self.api.get(f"{back.path}?{back.query.decode()}", headers={"authorization": ""})

    async def introduce(self) -> None:
        """Tell the partner's app where Plumbline is and which connection is its business's."""
        known = {
            "url": str(self.api.base_url).rstrip("/"),
            "api_key": self.partner["api_key"],
            "partner_id": self.partner["partner_id"],
            "webhook_secret_in": self.partner["webhook_secret_out"],
            "webhook_secret_out": self.partner["webhook_secret_in"],
            "connection_id": self.connection_id,
            "business_id": "biz_1",
        }
        await self._json(self.app.put("/plumbline", json=known))

    async def choose(self, **settings: Any) -> Json:
        """Change some of the connection's settings."""
        return await self._json(self.api.patch(f"{self.path}/settings", json=settings))

    # people

    async def write(self, invoice_id: str = "inv_1", **document: Any) -> Json:
        """A person writes an invoice in the app and sends it to the customer, unless `status` says otherwise."""
        base = {
            "id": invoice_id,
            "number": f"N-{invoice_id}",
            "status": "sent",
            "reference": "PO 1",
            "contact": {"id": "cus_1", "name": "Kim Tran", "email": "kim@example.com", "phone": None},
            "lines": [
                {"id": "l1", "description": "Call-out", "quantity": "1", "unit_price": "110.00", "tax": "gst"}
            ],
        }
        return (await self._json(self.app.post("/invoices", json=base | document)))["document"]

    async def edit(self, invoice_id: str = "inv_1", **changes: Any) -> Json:
        """A person edits an invoice in the app."""
        return (await self._json(self.app.patch(f"/invoices/{invoice_id}", json=changes)))["document"]

    async def edit_xero(self, number: str = "N-inv_1", **changes: Any) -> Json:
        """A person edits an invoice at Xero's screen."""
        return await self._json(self.xero.patch(f"/people/{self.tenant_id}/invoices/{number}", json=changes))

    async def at_xero(self, action: str, **body: Any) -> Json:
        """A person does something else at Xero's screen, as `invoices/N-inv_1/void`."""
        return await self._json(self.xero.post(f"/people/{self.tenant_id}/{action}", json=body))

    async def unpay_at_xero(self, number: str = "N-inv_1") -> None:
        """A person deletes every payment of an invoice at Xero's screen."""
        for payment in (await self.in_xero(number))["Payments"]:
            await self._json(self.xero.delete(f"/people/{self.tenant_id}/payments/{payment['PaymentID']}"))

    async def set_facts(self, **facts: Any) -> None:
        """An adviser changes what holds for the whole organisation, as its lock date."""
        await self._json(self.xero.post(f"/organisations/{self.tenant_id}/facts", json=facts))

    # what both sides show

    async def in_app(self, invoice_id: str = "inv_1") -> Json:
        """The document as the app shows it."""
        shown = await self._json(self.app.get(f"/invoices/{invoice_id}"))
        return shown.get("document", shown)

    async def list_in_app(self) -> list[Json]:
        """Every invoice of the app."""
        return list((await self._json(self.app.get("/invoices")))["data"])

    async def in_xero(self, number: str = "N-inv_1") -> Json:
        """The invoice as Xero shows it."""
        return await self._json(self.xero.get(f"/people/{self.tenant_id}/invoices/{number}"))

    async def list_in_xero(self) -> list[Json]:
        """Every invoice of the organisation."""
        shown = await self._json(self.xero.get(f"/people/{self.tenant_id}/invoices"))
        return shown if isinstance(shown, list) else shown["Invoices"]

    async def resource(self, invoice_id: str = "inv_1") -> Json:
        """Plumbline's own account of an invoice."""
        return await self._json(self.api.get(f"{self.path}/invoices/{invoice_id}"))

    async def held_as(self, invoice_id: str = "inv_1") -> str | None:
        """The code of the reason why an invoice is held; None when it is not held."""
        shown = await self.resource(invoice_id)
        assert shown["state"] != "held" or shown["reason"]["cure"], "a hold without a cure"
        return shown["reason"]["code"] if shown["state"] == "held" else None

    async def conflicts(self) -> list[Json]:
        """Every conflict that was kept."""
        return (await self._json(self.api.get(f"{self.path}/conflicts")))["data"]

    async def calls(self, since: int = 0) -> list[Json]:
        """The calls that Xero's API took, after a number."""
        return (await self._json(self.xero.get("/calls", params={"since": since})))["calls"]

    async def last_call(self) -> int:
        """The number of Xero's last call."""
        return (await self._json(self.xero.get("/calls", params={"since": 0})))["last"]

    # faults

    async def fault(self, kind: str, method: str = "*", path: str = "/", **more: Any) -> None:
        """Xero misbehaves at a coming call."""
        await self._json(
            self.xero.post("/faults", json={"kind": kind, "method": method, "path": path} | more)
        )

    # time and work

    async def drain(self) -> None:
        """Let webhooks go, reconcile and deliver until nothing more is due now."""
        for _ in range(MOST_TURNS):
            await self._json(self.xero.post("/webhooks/flush"))
            await self.app.post("/flush")
            await self.parts.reconciler.reconcile(UUID(self.connection_id))
            await self.parts.delivery.deliver(UUID(self.connection_id))
            if await self._is_quiet():
                return
        raise AssertionError("the work does not come to an end")

    async def wait(self, span: timedelta = timedelta(minutes=20)) -> None:
        """Time passes: waits and retries come due."""
        self.clock.advance(span)
        await self.drain()

    async def sweep(self) -> None:
        """The timer asks for a look at Xero, and the work is done."""
        await self._json(self.api.post(f"{self.path}/sweep"))
        await self.drain()

    async def _is_quiet(self) -> bool:
        pending = await self._json(self.xero.get("/webhooks"))
        if pending["pending"]:
            return False
        statement = text(
            "SELECT (SELECT count(*) FROM connections WHERE generation > settled_generation AND state = 'active'"
            " AND (retry_at IS NULL OR retry_at <= :now)) + (SELECT count(*) FROM changes c JOIN connections n"
            " ON n.id = c.connection_id WHERE c.state = 'pending' AND n.state <> 'paused'"
            " AND (c.attempts = 0 OR c.due_at <= :now))"
        )
        async with self.database.reading() as session:
            return (await session.execute(statement, {"now": self.clock.now()})).scalar_one() == 0

    @staticmethod
    async def _json(call: Any) -> Any:
        answer = await call
        assert answer.is_success, (
            f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        )
        return answer.json() if answer.content else {}


def build_client(base_url: str = "", authorization: str = "") -> httpx.AsyncClient:
    """A client for addresses of this machine: reading certificates for each would take longer than most stories."""
    headers = {"authorization": authorization} if authorization else {}
    return httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60, verify=NO_CERTIFICATES)


@asynccontextmanager
async def open_house(database_url: str, redis_url: str) -> AsyncIterator[House]:
    """Start everything; nobody is joined yet."""
    async with AsyncExitStack() as stack:
        xero: SandboxXero = stack.enter_context(serve_in_thread())
        app = stack.enter_context(SandboxPartner())
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        settings = build_settings(database_url, redis_url, xero, port)
        partner = await create_partner(settings, "Tradie Tools", app.webhook_url)
        await stack.enter_async_context(serve(settings, listener))
        clock = ManualClock(SystemClock().now())
        house = House(
            xero=await stack.enter_async_context(build_client(f"{xero.root_url}/control")),
            app=await stack.enter_async_context(build_client(app.control_url)),
            api=await stack.enter_async_context(
                build_client(f"http://127.0.0.1:{port}", f"Bearer {partner['api_key']}")
            ),
            parts=await stack.enter_async_context(open_parts(settings, clock)),
            database=Database(database_url),
            clock=clock,
            tenant_id=xero.tenant_id,
            partner=partner,
            settings=settings,
            xero_root=xero.root_url,
        )
        stack.push_async_callback(house.database.close)
        subscription = {"url": f"http://127.0.0.1:{port}/webhooks/xero", "mode": "held"}
        (await house.xero.put("/webhooks", json=subscription)).raise_for_status()
        (await house.xero.put("/limits", json={"minute": NO_LIMIT, "day": NO_LIMIT})).raise_for_status()
        yield house


@asynccontextmanager
async def open_parts(settings: Settings, clock: ManualClock) -> AsyncIterator[WorkerParts]:
    """A worker whose time is the story's, except that it signs by the app's watch.

    A story's clock runs hours ahead of the app, which would refuse a signature from its future.
    """
    async with open_worker(settings, clock) as parts:
        parts.delivery._sender = PresentSender(parts.delivery._sender)
        yield parts


class PresentSender(Sender):
    """The sender it is made from, but for the present instant in its signatures."""

    def __init__(self, sender: Sender) -> None:
        vars(self).update(vars(sender))

    async def send(self, recipient: Recipient, message: Message, now: datetime) -> Answer | Silence:
        return await super().send(recipient, message, SystemClock().now())


def build_settings(database_url: str, redis_url: str, xero: SandboxXero, port: int) -> Settings:
    """Settings by which Plumbline takes the sandbox for Xero."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        public_url=f"http://localhost:{port}",
        secret_keys=(SecretStr(Fernet.generate_key().decode()),),
        xero_client_id=xero.client_id,
        xero_client_secret=SecretStr(xero.client_secret),
        xero_webhook_key=SecretStr(xero.webhook_key),
        xero_api_url=xero.root_url,
        xero_identity_url=xero.root_url,
        xero_login_url=xero.root_url,
        api_limit_per_minute=NO_LIMIT,
        xero_minute_limit=NO_LIMIT,
        xero_day_limit=NO_LIMIT,
        xero_app_minute_limit=NO_LIMIT,
        answer_wait_seconds=0,
    )


@asynccontextmanager
async def serve(settings: Settings, listener: socket.socket) -> AsyncIterator[None]:
    """The API on that socket until the block ends."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None, lifespan="on"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells of its start by a flag
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task
