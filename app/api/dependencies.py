"""What the API needs of the rest, put together by `wiring` and laid on the application's state as `services`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from app.api.ports import CallsLeftSource, Check, Identities, ScopeCheck
from app.clock import Clock
from app.db.partners.idempotency import ClaimBook
from app.db.postgres.session import Database
from app.db.postgres.timekeeper import Timekeeper
from app.db.upkeep.usage import UsageBook
from app.delivery.address import Addresses
from app.delivery.by_hand import ByHand
from app.domain.xero.pricing import PlanInForce
from app.intake.fresh_rates import FreshRates
from app.reconcile.ports import Waker, XeroOrganisations
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Services:
    """`organisations` reads an organisation with a connection's own token; `ping_redis` and `timekeeper` are asked by
    `/readyz` alone.

    `scope_purposes` says for each scope that is asked for why; `public_url` is where Xero and browsers reach the API.
    `usage` keeps what the calls of a request came to, when it is over. `addresses` checks what partners want called,
    and `by_hand` calls it for whoever asks. `claims` are of calls that may come again: no handler needs them.
    `fresh_rates` are asked before a document is refused for its total. `answer_wait` is how long a call that a person
    watches may wait for the loop.
    """

    database: Database
    clock: Clock
    timekeeper: Timekeeper
    waker: Waker
    vault: Vault
    identities: Identities
    organisations: XeroOrganisations
    list_missing_scopes: ScopeCheck
    scope_purposes: Mapping[str, str]
    public_url: str
    ping_redis: Check
    calls_left: CallsLeftSource
    plan: PlanInForce
    usage: UsageBook
    claims: ClaimBook
    addresses: Addresses
    by_hand: ByHand
    fresh_rates: FreshRates
    answer_wait: timedelta


async def get_services(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services


Given = Annotated[Services, Depends(get_services)]
