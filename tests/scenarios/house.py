"""Everything at once for a story: a Xero organisation, a partner's app, and Plumbline between them, over real HTTP.

The sandboxes and the API listen on loopback; PostgreSQL and Redis are real. What a worker does is done here by hand:
`drain` lets webhooks go, reconciles and delivers until nothing is due, so a story is deterministic and then looks at
the state of both sides. Xero's webhooks are held until `drain` lets them go, unless a story says otherwise.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from app.clock import ManualClock, SystemClock
from app.db.postgres.session import Database
from app.sandbox.partner.outbox import Outbox
from app.sandbox.xero import SandboxXero
from app.settings import Settings
from app.wiring import WorkerParts
from tests.loopback import build_client

Json = dict[str, Any]

MOST_TURNS = 40


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
    sandbox: SandboxXero
    """What stands behind `xero`; to be looked at only."""
    connection_id: str = ""
    outbox: Outbox | None = None
    """What stands behind `app`, where it is at hand; to be looked at only."""
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
        chosen = {"decision": "allow", "tenant_id": self.tenant_id} | choice
        async with build_client() as browser:
            asked = await browser.get(authorise_url)
            allowed = await browser.post(asked.headers["location"], data=chosen)
            return await browser.get(allowed.headers["location"])

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
        return dict((await self._json(self.app.post("/invoices", json=base | document)))["document"])

    async def write_in_xero(self, number: str, **invoice: Any) -> Json:
        """A person writes and approves an invoice at Xero's screen; it is sent to nobody unless that is said."""
        base = {
            "Contact": {"Name": "Lee Wong"},
            "InvoiceNumber": number,
            "Date": "2026-11-01",
            "DueDate": "2026-12-01",
            "LineItems": [{"Description": "Theirs", "Quantity": 1, "UnitAmount": 7, "AccountCode": "200"}],
            "Status": "AUTHORISED",
        }
        return await self.at_xero("invoices", **base | invoice)

    async def edit(self, invoice_id: str = "inv_1", **changes: Any) -> Json:
        """A person edits an invoice in the app."""
        return dict((await self._json(self.app.patch(f"/invoices/{invoice_id}", json=changes)))["document"])

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
        return dict(shown.get("document", shown))

    async def list_in_app(self) -> list[Json]:
        """Every invoice of the app."""
        return list((await self._json(self.app.get("/invoices")))["data"])

    async def in_xero(self, number: str = "N-inv_1") -> Json:
        """The invoice as Xero shows it."""
        return await self._json(self.xero.get(f"/people/{self.tenant_id}/invoices/{number}"))

    async def list_in_xero(self) -> list[Json]:
        """Every invoice of the organisation."""
        shown = await self._json(self.xero.get(f"/people/{self.tenant_id}/invoices"))
        return list(shown["Invoices"])

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
        return list((await self._json(self.api.get(f"{self.path}/conflicts")))["data"])

    async def calls(self, since: int = 0) -> list[Json]:
        """The calls that Xero's API took, after a number."""
        return list((await self._json(self.xero.get("/calls", params={"since": since})))["calls"])

    async def last_call(self) -> int:
        """The number of Xero's last call."""
        return int((await self._json(self.xero.get("/calls", params={"since": 0})))["last"])

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
            await self.let_webhooks_go()
            await self.let_documents_go()
            await self.parts.xero_webhooks.take_in()
            await self.parts.reconciler.reconcile(UUID(self.connection_id))
            await self.parts.delivery.deliver(UUID(self.connection_id))
            if await self._is_quiet():
                return
        raise AssertionError("the work does not come to an end")

    async def let_documents_go(self) -> None:
        """Have the app send the documents that it holds back; it is not asked where it is seen to have none."""
        if self.outbox is None or self.outbox.is_holding:
            await self.app.post("/flush")

    async def let_webhooks_go(self) -> None:
        """Have Xero send the webhooks that it holds, and those that failed; it is not asked where it has none."""
        webhooks = self.sandbox.sandbox.webhooks
        if webhooks.queue.pending or webhooks._overdue:
            await self._json(self.xero.post("/webhooks/flush"))

    async def wait(self, span: timedelta = timedelta(minutes=20)) -> None:
        """Time passes: waits and retries come due."""
        self.clock.advance(span)
        await self.drain()

    async def sweep(self) -> None:
        """The timer asks for a look at Xero, and the work is done."""
        await self._json(self.api.post(f"{self.path}/sweep"))
        await self.drain()

    async def _is_quiet(self) -> bool:
        return not self.sandbox.sandbox.webhooks.queue.pending and await self._is_done()

    async def _is_done(self) -> bool:
        """Whether nothing is due for a worker."""
        statement = text(
            "SELECT (SELECT count(*) FROM xero_webhooks WHERE again_at IS NULL)"
            " + (SELECT count(*) FROM connections WHERE is_behind AND state = 'active'"
            " AND (retry_at IS NULL OR retry_at <= :now) AND (next_run_at IS NULL OR run_due OR answers_due))"
            " + (SELECT count(*) FROM changes c JOIN connections n"
            " ON n.id = c.connection_id WHERE c.state = 'pending' AND n.state <> 'paused'"
            " AND (c.attempts = 0 OR c.due_at <= :now)"
            # What other directions may forbid waits for the loop, and the loop for the business to be let in again.
            " AND (n.state <> 'disconnected' OR c.id > coalesce(n.changes_unjudged_to, 0)))"
        )
        async with self.database.reading() as session:
            due: int = (await session.execute(statement, {"now": self.clock.now()})).scalar_one()
            return due == 0

    @staticmethod
    async def _json(call: Any) -> Json:
        answer = await call
        assert answer.is_success, (
            f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        )
        return answer.json() if answer.content else {}
