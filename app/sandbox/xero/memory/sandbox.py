"""Everything that the sandbox remembers, in one place and without globals, so that several may run side by side."""

import secrets
from dataclasses import dataclass, field
from typing import cast
from uuid import uuid4

from starlette.requests import Request

from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.events.webhooks import Webhooks
from app.sandbox.xero.forms.clock import Clock
from app.sandbox.xero.memory.calls import CallLog
from app.sandbox.xero.memory.exchanges import Exchanges
from app.sandbox.xero.memory.faults import Faults
from app.sandbox.xero.memory.idempotency import IdempotencyStore
from app.sandbox.xero.memory.limits import Limits
from app.sandbox.xero.memory.tokens import Identity


@dataclass
class Start:
    """How a sandbox is started. Secrets that are not given are made up."""

    country: str = "AU"
    organisation_name: str = "Plumb Trades Pty Ltd"
    app_name: str = "Sandbox app"
    client_id: str | None = None
    client_secret: str | None = None
    webhook_key: str | None = None
    webhook_url: str | None = None
    redirect_uris: tuple[str, ...] = ()


@dataclass
class Sandbox:
    """The state of one sandbox: its app, other apps that were registered, and the organisations."""

    app_name: str
    identity: Identity
    webhooks: Webhooks
    redirect_uris: tuple[str, ...]
    clock: Clock
    organisations: dict[str, Organisation] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    idempotency: IdempotencyStore = field(default_factory=IdempotencyStore)
    faults: Faults = field(default_factory=Faults)
    calls: CallLog = field(default_factory=CallLog)
    exchanges: Exchanges = field(default_factory=Exchanges)
    latency_ms: int = 0
    more_apps: list[Identity] = field(default_factory=list)
    """They have no webhooks."""

    @property
    def apps(self) -> list[Identity]:
        """Every app, the sandbox's own first."""
        return [self.identity, *self.more_apps]

    def find_app(self, client_id: str) -> Identity | None:
        """The app with that client id, or None."""
        return next((app for app in self.apps if app.client_id == client_id), None)

    def add_app(self) -> Identity:
        """Another app, with an id and a secret of its own."""
        self.more_apps.append(Identity(uuid4().hex.upper(), secrets.token_urlsafe(32)))
        return self.more_apps[-1]

    def add_organisation(self, name: str, country: str, base_currency: str | None = None) -> Organisation:
        """A new, empty organisation with its chart of accounts and tax rates."""
        organisation = Organisation(name, country, self.clock, base_currency)
        self.organisations[organisation.tenant_id] = organisation
        return organisation

    def publish(self, organisation: Organisation) -> None:
        """Keep what the request under way has changed, and hand its events to the webhooks of a connected app."""
        events = organisation.journal.commit()
        if events and self.identity.is_joined(organisation.tenant_id):
            self.webhooks.publish(events)


def build_sandbox(start: Start, root_url: str) -> Sandbox:
    """A sandbox with one organisation, not yet listening."""
    clock = Clock()
    key = start.webhook_key or secrets.token_urlsafe(48)
    sandbox = Sandbox(
        app_name=start.app_name,
        identity=Identity(
            start.client_id or uuid4().hex.upper(), start.client_secret or secrets.token_urlsafe(32)
        ),
        webhooks=Webhooks(clock=clock, key=key, url=start.webhook_url, root_url=root_url),
        redirect_uris=start.redirect_uris,
        clock=clock,
    )
    sandbox.add_organisation(start.organisation_name, start.country)
    return sandbox


def sandbox_of(request: Request) -> Sandbox:
    """The sandbox that a request came to."""
    return cast(Sandbox, request.app.state.sandbox)
