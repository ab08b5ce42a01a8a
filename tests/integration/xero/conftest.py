"""A sandbox Xero over HTTP, consents given on its own consent page, and connections in a real database."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from cryptography.fernet import Fernet

from app.clock import SystemClock
from app.db.life.tokens import DatabaseTokenStore, save_consent
from app.db.postgres.session import Database
from app.db.tables import ConnectionRow, PartnerRow
from app.sandbox.xero import SandboxXero, Start, serve_in_thread
from app.vault import Vault
from app.xero.budget import CallMade
from app.xero.client import XeroClient
from app.xero.identities import XeroIdentities
from app.xero.oauth import Grant, XeroIdentity
from app.xero.organisation import XeroSdkOrganisation
from app.xero.organisations import XeroSdkOrganisations
from app.xero.registration import Registration
from app.xero.transport import Timeouts
from tests.facts.wire import held_to_the_facts
from tests.integration.xero.odd_server import OddServer, serve_oddly
from tests.loopback import NO_CERTIFICATES

REDIRECT_URL = "http://localhost:8000/v1/xero/callback"
PATIENT = Timeouts()
"""A busy machine may take seconds over a call that is not slow by itself."""


@dataclass
class Xero:
    """The sandbox, with the control address that acts for persons and faults, and an identity client of our app."""

    at: SandboxXero
    http: httpx.AsyncClient
    identity: XeroIdentity
    identities: XeroIdentities
    made: list[CallMade] = field(default_factory=list)

    async def control(self, method: str, path: str, /, **wish: Any) -> dict[str, Any]:
        """One request to the sandbox's control address."""
        answer = await self.http.request(method, f"{self.at.root_url}/control{path}", json=wish)
        assert answer.is_success, answer.text
        return dict(answer.json()) if answer.content else {}

    async def act(self, method: str, path: str, /, **wish: Any) -> dict[str, Any]:
        """What a person does in the first organisation."""
        return await self.control(method, f"/people/{self.at.tenant_id}{path}", **wish)

    async def fault(self, kind: str, **wish: Any) -> None:
        """Order a fault for a call to come."""
        await self.control("POST", "/faults", kind=kind, **wish)

    async def calls(self, path: str = "/api.xro/2.0") -> list[dict[str, Any]]:
        """The calls below a path that reached the sandbox, oldest first."""
        return [
            call for call in (await self.control("GET", "/calls"))["calls"] if call["path"].startswith(path)
        ]

    async def consent(self, user: str = "owner@plumb.example", tenant_id: str | None = None) -> Grant:
        """Give consent on the consent page as a browser does, and exchange the code."""
        verifier = token_urlsafe(64)
        url = self.identity.build_authorise_url("state-1", verifier)
        form = {"decision": "allow", "user": user, "tenant_id": tenant_id or self.at.tenant_id}
        back = await self.http.post(url, data=form)
        code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
        return await self.identity.exchange_code(code, verifier)

    async def revoke(self, grant: Grant) -> None:
        """End every token of the person, as a person can at Xero."""
        form = {
            "token": grant.refresh_token,
            "client_id": self.at.client_id,
            "client_secret": self.at.client_secret,
        }
        (await self.http.post(f"{self.at.root_url}/connect/revocation", data=form)).raise_for_status()

    def client_works(self, access_token: str) -> bool:
        """Whether Xero takes the access token for the first organisation."""
        client = XeroClient(access_token, self.at.tenant_id, self.at.root_url, PATIENT, self.made.append)
        return bool(client.call("get_organisations", is_write=False)["Organisations"])

    def client(self, grant: Grant, tenant_id: str | None = None, timeouts: Timeouts = PATIENT) -> XeroClient:
        """A client bound to a grant's access token."""
        tenant_id = tenant_id or self.at.tenant_id
        return XeroClient(grant.access_token, tenant_id, self.at.root_url, timeouts, self.made.append)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client that lives as long as the test."""
    async with httpx.AsyncClient(verify=NO_CERTIFICATES) as client:
        yield client


@pytest.fixture
async def xero(http: httpx.AsyncClient) -> AsyncIterator[Xero]:
    """A sandbox of one Australian organisation, all to the test."""
    with serve_in_thread(Start(country="AU")) as at:
        registration = Registration(
            at.client_id, at.client_secret, REDIRECT_URL, at.root_url, at.root_url, at.root_url
        )
        async with held_to_the_facts(http, f"{at.root_url}/control"):
            identities = XeroIdentities(registration, get_no_app, http, SystemClock())
        yield Xero(at, http, await identities.open(None), identities)


async def get_no_app(xero_app_id: UUID) -> NoReturn:
    """Nobody registered an app of their own."""
    raise AssertionError(xero_app_id)


@pytest.fixture
def odd() -> Iterator[OddServer]:
    """A server whose answers the test decides."""
    with serve_oddly() as server:
        yield server


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The test's own database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def vault() -> Vault:
    """A vault with a key of its own."""
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def store(database: Database, vault: Vault) -> DatabaseTokenStore:
    """The token store that wiring uses."""
    return DatabaseTokenStore(database, vault)


Connect = Callable[..., Awaitable[UUID]]


@pytest.fixture
def connect(database: Database, vault: Vault) -> Connect:
    """Save a grant as the consent of a new connection, its access token valid for `lives`."""

    async def save(grant: Grant, tenant_id: str, lives: timedelta = timedelta(minutes=30)) -> UUID:
        now = SystemClock().now()
        async with database.writing() as session:
            token_set_id = await save_consent(
                session,
                vault,
                xero_app_id=None,
                access_token=grant.access_token,
                refresh_token=grant.refresh_token,
                expires_at=now + lives,
                scopes=grant.scopes,
                xero_user_id=grant.xero_user_id,
                granted_at=now,
            )
            partner = PartnerRow(name="Tradie app")
            session.add(partner)
            await session.flush()
            connection = ConnectionRow(
                partner_id=partner.id,
                business_id="biz-1",
                display_name="Plumb Trades",
                tenant_id=tenant_id,
                token_set_id=token_set_id,
            )
            session.add(connection)
            await session.flush()
            return connection.id

    return save


@pytest.fixture
async def organisations(xero: Xero, store: DatabaseTokenStore) -> AsyncIterator[XeroSdkOrganisations]:
    """What wiring gives the reconcile."""
    opened = XeroSdkOrganisations(
        xero.at.root_url, store, xero.identities, SystemClock(), call_log=xero.made.append
    )
    yield opened
    opened.close()


@pytest.fixture
async def organisation(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect
) -> XeroSdkOrganisation:
    """The sandbox's organisation, opened through a connection."""
    return await organisations.open(await connect(await xero.consent(), xero.at.tenant_id))
