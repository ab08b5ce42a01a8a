"""What the API needs of the rest, put together by `wiring` and laid on the application's state as `services`."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.api.ports import Check, ScopeCheck, XeroConsent
from app.clock import Clock
from app.db.session import Database
from app.reconcile.ports import Waker, XeroOrganisations
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Services:
    """`organisations` reads an organisation with a connection's own token; `ping_redis` is asked by `/readyz` alone."""

    database: Database
    clock: Clock
    waker: Waker
    vault: Vault
    consent: XeroConsent
    organisations: XeroOrganisations
    list_missing_scopes: ScopeCheck
    ping_redis: Check


def get_services(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services


Given = Annotated[Services, Depends(get_services)]
