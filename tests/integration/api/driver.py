"""The whole API in this process over a real database and Redis, called by HTTP as a partner calls it."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
from cryptography.fernet import Fernet
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import CursorResult, text

from app.api.dependencies import Services
from app.clock import Clock, SystemClock
from app.commands.acts.new_partner import create_partner
from app.db.connections.connections import find_connection, find_connections, save_state
from app.db.connections.organisations import save_organisation
from app.db.connections.settings import save_settings
from app.db.partners.idempotency import ClaimBook
from app.db.postgres.session import Database
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.settings import ConnectionSettings
from app.domain.xero.organisation import Account, Organisation, TaxRate
from app.intake.dependencies import IntakeServices
from app.intake.xero_webhooks import XeroWebhooks
from app.main import create_app
from app.settings import Settings
from app.waker import QUEUE
from app.wiring.ground import open_queue
from tests.loopback import NO_CERTIFICATES

WEBHOOK_KEY = "a key that only a test knows"
SECRET_KEYS = (SecretStr(Fernet.generate_key().decode()),)
"""One for all tests of a process: a partner is made once, and copied with its database."""
ORGANISATION = Organisation(
    name="Plumb Trades Pty Ltd",
    country="AU",
    base_currency="AUD",
    short_code="!Ab1c2",
    currencies=("AUD",),
    accounts=(
        Account("acc-sales", "200", "Sales", "REVENUE", "REVENUE", "ACTIVE", False, False),
        Account("acc-old", "210", "Old sales", "REVENUE", "REVENUE", "ARCHIVED", False, False),
        Account("acc-power", "445", "Light and power", "OVERHEADS", "EXPENSE", "ACTIVE", False, False),
        Account("acc-bank", None, "Business account", "BANK", "ASSET", "ACTIVE", False, False),
    ),
    tax_rates=(
        TaxRate("OUTPUT", "GST on Income", Decimal("10"), "ACTIVE", True),
        TaxRate("EXEMPTOUTPUT", "GST Free Income", Decimal("0"), "ACTIVE", True),
        TaxRate("INPUT", "GST on Expenses", Decimal("10"), "ACTIVE", False),
    ),
)
SETTINGS = ConnectionSettings(
    revenue_accounts={"general": "acc-sales"}, taxes={"gst": "OUTPUT", "none": "EXEMPTOUTPUT"}
)


def document(**changes: Any) -> dict[str, Any]:
    """A sent invoice of one line of 1,890.00 with GST inside; each name given replaces a member, at the top."""
    whole = {
        "id": "inv_1",
        "number": "INV-0042",
        "version": 1,
        "based_on": None,
        "status": "sent",
        "sent_at": "2026-11-20T03:15:00Z",
        "currency": "AUD",
        "amounts_are": "tax_inclusive",
        "issued_on": "2026-11-20",
        "due_on": "2026-12-04",
        "reference": "PO 1177",
        "url": "https://app.example/i/1",
        "job": {"id": "job_311", "name": "Hot water system"},
        "contact": {"id": "cus_17", "name": "Kim Tran", "email": "kim@example.com", "phone": None},
        "lines": [line()],
        "total": "1890.00",
    }
    return {**whole, **changes}


def line(**changes: Any) -> dict[str, Any]:
    """A line of 1,890.00; each name given replaces a member."""
    whole = {
        "id": "l1",
        "description": "Supply and fit 250 L unit",
        "quantity": "1",
        "unit_price": "1890.00",
        "category": "materials",
        "item_code": None,
        "discount_rate": None,
        "tax": "gst",
    }
    return {**whole, **changes}


@dataclass
class Plumbline:
    """The running API, and what lies under it; `http` calls as the partner.

    Where it `is_known`, a connection that is opened is one that the process has stored documents for, so that the next
    one can be stored at once.
    """

    app: FastAPI
    http: httpx.AsyncClient
    settings: Settings
    partner: dict[str, str]
    database: Database
    is_known: bool = False

    def as_partner(self, api_key: str | None) -> httpx.AsyncClient:
        """Another caller of the same API; None calls without a key."""
        return _client(self.app, api_key)

    def use_clock(self, clock: Clock) -> None:
        """Let the time of the API be a test's."""
        services: Services = self.app.state.services
        claims = ClaimBook(services.database, services.vault, clock)
        self.app.state.services = replace(services, clock=clock, claims=claims)
        self.app.state.doors = replace(self.app.state.doors, clock=clock)

    async def make_key(self, role: str = "member", **more: Any) -> dict[str, Any]:
        """Another key of the partner, as it is answered to its making."""
        answer = await self.http.post("/v1/keys", json={"name": f"a {role}'s", "role": role} | more)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def open_connection(self, business_id: str = "biz_1") -> dict[str, Any]:
        """A connection that waits for consent."""
        answer = await self.http.post("/v1/connections", json={"business_id": business_id})
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json()
        return opened

    async def open_active(self, settings: ConnectionSettings = SETTINGS) -> str:
        """The address of a connection whose organisation is known and whose business has chosen."""
        connection_id = UUID((await self.open_connection())["id"])
        async with self.database.writing() as session:
            now = datetime.now(UTC)
            await save_organisation(session, connection_id, ORGANISATION, now)
            await save_settings(session, connection_id, settings, 0, at=now)
            await save_state(session, connection_id, ConnectionState.ACTIVE, None, now)
        if self.is_known:
            await self.know(connection_id)
        return f"/v1/connections/{connection_id}"

    async def know(self, connection_id: UUID) -> None:
        """Have the process know a connection as it is now."""
        intake: IntakeServices = self.app.state.intake
        async with self.database.reading() as session:
            intake.known.remember((await find_connections(session, [connection_id])).values())

    def forget(self) -> None:
        """Have the process know no connection any more: a document that was refused is enough to know one."""
        intake: IntakeServices = self.app.state.intake
        intake.known._known.clear()

    async def take_in(self) -> None:
        """Read what Xero sent, as a worker does."""
        services: Services = self.app.state.services
        await XeroWebhooks(self.database, services.waker, SystemClock()).take_in()

    async def get_connection(self, path: str) -> Connection:
        """The connection behind an address, as the database has it."""
        async with self.database.reading() as session:
            found = await find_connection(session, UUID(path.split("/")[3]))
        assert found is not None
        return found

    async def set_state(self, path: str, state: ConnectionState, reason: str | None = None) -> None:
        """Move a connection as the loop would."""
        async with self.database.writing() as session:
            await save_state(session, UUID(path.split("/")[3]), state, reason, datetime.now(UTC))

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        wanted = f"SELECT count(*) FROM {table}"  # noqa: S608 - a test names its own tables
        return int((await self.execute(wanted))[0][0])

    async def execute(self, statement: str, **values: Any) -> Sequence[Any]:
        """Run SQL, and answer its rows where it has any."""
        async with self.database.writing() as session:
            result = await session.execute(text(statement), values)
            assert isinstance(result, CursorResult)
            return result.all() if result.returns_rows else ()

    async def count_nudges(self) -> int:
        """How many jobs wait for a worker."""
        async with open_queue(self.settings) as queue:
            return int(await queue.zcard(QUEUE))


@asynccontextmanager
async def open_plumbline(
    settings: Settings, partner: dict[str, str] | None = None
) -> AsyncIterator[Plumbline]:
    """The API with a partner, who is made where none is given, until the block ends."""
    app = create_app(settings)
    partner = partner or await create_partner(settings, "Tradie Tools", None)
    async with app.router.lifespan_context(app), _client(app, partner["api_key"]) as http:
        services: Services = app.state.services
        yield Plumbline(app, http, settings, partner, services.database)


def build_settings(database_url: str, redis_url: str, **more: Any) -> Settings:
    """Settings of a process that reaches no Xero, unless `more` names one."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        public_url="http://localhost:8000",
        secret_keys=SECRET_KEYS,
        **{
            "xero_client_id": "client",
            "xero_client_secret": SecretStr("a secret"),
            "xero_webhook_key": SecretStr(WEBHOOK_KEY),
            "xero_api_url": "http://127.0.0.1:9",
            "xero_identity_url": "http://127.0.0.1:9",
            "stranger_limit_per_minute": 10_000,
            "answer_wait_seconds": 0,
            **more,
        },
    )


def sign_as_xero(body: bytes, key: str = WEBHOOK_KEY) -> str:
    """The header that Xero would send with this body."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def name_faults(answer: httpx.Response) -> list[str]:
    """The fields that a problem document names; fails unless it is one."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]
    return [error["field"] for error in problem["errors"]]


def _client(app: FastAPI, api_key: str | None) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://plumbline.test", headers=headers, verify=NO_CERTIFICATES
    )
