"""What the API needs of Xero's consent, as protocols; `wiring` chooses who answers.

Everything here crosses the network and may raise what `app.errors` names: `Retryable` when Xero gave no answer,
`Terminal` when the consent is no good. No database transaction is open around a call.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.domain.connections.usage import CallsLeft

Check = Callable[[], Awaitable[object]]
"""Returns when a part answers, raises when it does not."""

ScopeCheck = Callable[[Iterable[str]], list[str]]
"""The scopes that nothing works without and that a consent does not hold."""


class CallsLeftSource(Protocol):
    """Knows what Xero last said is left of an organisation's calls."""

    async def find_left(self, xero_tenant_id: str) -> CallsLeft | None:
        """What Xero last said is left; None where it said nothing lately. Asks Redis alone, and never raises."""
        ...


class Grant(Protocol):
    """What one person's consent gave. `authentication_event_id` marks this very consent, where Xero says it."""

    @property
    def access_token(self) -> str: ...
    @property
    def refresh_token(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def scopes(self) -> Sequence[str]: ...
    @property
    def xero_user_id(self) -> str | None: ...
    @property
    def authentication_event_id(self) -> str | None: ...


class Tenant(Protocol):
    """One entry of Xero's list of connections; `xero_connection_id` is what a deletion names (FACTS 1)."""

    @property
    def xero_connection_id(self) -> str: ...
    @property
    def xero_tenant_id(self) -> str: ...
    @property
    def tenant_name(self) -> str: ...
    @property
    def is_organisation(self) -> bool: ...
    @property
    def authentication_event_id(self) -> str | None: ...


class XeroConsent(Protocol):
    """The OAuth2 code flow of one Xero app, and Xero's list of what a person's consents to it opened."""

    def build_authorise_url(self, state: str, verifier: str) -> str:
        """Where to send the person's browser."""
        ...

    async def exchange_code(self, code: str, verifier: str) -> Grant:
        """The tokens for a code, which works once."""
        ...

    async def fetch_connections(self, access_token: str) -> Sequence[Tenant]:
        """Everything that this person's consents opened for this app."""
        ...

    async def delete_connection(self, access_token: str, xero_connection_id: str) -> None:
        """Disconnect one organisation."""
        ...


class Identities(Protocol):
    """The consent of each Xero app: Plumbline's own, and those that partners registered."""

    async def open(self, xero_app_id: UUID | None) -> XeroConsent:
        """That of the app, of Plumbline's own for None; raises `RequestRefused` where it is not known any more."""
        ...
