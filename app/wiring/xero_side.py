"""Xero's side of a process: the adapter over this database, and its budget of calls."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import httpx

from app.api.onboarding.oauth import RETURN_PATH
from app.db.life.tokens import DatabaseTokenStore
from app.db.partners.xero_apps import XeroAppVault
from app.db.upkeep.usage import UsageBook
from app.domain.xero.pricing import TIERS, PlanInForce, XeroPlan
from app.settings import Settings
from app.tls import trusted
from app.wiring.ground import Ground
from app.xero.budget import Allowance
from app.xero.consents import XeroConsents
from app.xero.identities import XeroIdentities
from app.xero.organisations import XeroSdkOrganisations
from app.xero.registration import Registration
from app.xero.shared_budget import SharedBudget
from app.xero.tokens import TokenKeeper
from app.xero.usage import CallCounter, note_call


@dataclass(frozen=True, slots=True)
class XeroSide:
    """The Xero adapter: consents and tokens, the organisations that they open, and what calling them costs."""

    identities: XeroIdentities
    consents: XeroConsents
    tokens: DatabaseTokenStore
    organisations: XeroSdkOrganisations
    budget: SharedBudget
    usage: UsageBook


@asynccontextmanager
async def open_xero(settings: Settings, ground: Ground) -> AsyncIterator[XeroSide]:
    """The Xero adapter over this process's database."""
    async with httpx.AsyncClient(verify=trusted()) as http:
        side = build_xero(settings, ground, http, partial(build_budget, settings, ground))
        try:
            yield side
        finally:
            # Its threads may be in the middle of a call; waiting for them must not stop everything else here.
            await asyncio.to_thread(side.organisations.close)
            await side.usage.save()


def build_xero(
    settings: Settings,
    ground: Ground,
    http: httpx.AsyncClient,
    budget_of: Callable[[str | None], SharedBudget],
) -> XeroSide:
    """The adapter on this ground; `http` calls Xero's identity server, `budget_of` answers None for our own app."""
    registration = Registration(
        client_id=settings.xero_client_id,
        client_secret=settings.xero_client_secret.get_secret_value(),
        redirect_url=settings.public_url + RETURN_PATH,
        api_url=settings.xero_api_url,
        identity_url=settings.xero_identity_url,
        login_url=settings.xero_login_url,
    )
    apps = XeroAppVault(ground.database, ground.vault)
    identities = XeroIdentities(registration, apps.get, http, ground.clock)
    store = DatabaseTokenStore(ground.database, ground.vault)
    consents = XeroConsents(store, TokenKeeper(store, identities, ground.clock), identities)
    counter, budget = CallCounter(ground.clock), budget_of(None)
    usage = UsageBook(ground.database, counter)
    organisations = XeroSdkOrganisations(
        settings.xero_api_url,
        store,
        identities,
        ground.clock,
        call_log=note_call,
        count_call=counter.count,
        budget=budget,
        budget_of=budget_of,
    )
    return XeroSide(identities, consents, store, organisations, budget, usage)


def build_plan_in_force(settings: Settings) -> PlanInForce:
    """The Xero app's plan; a day has the plan's calls where the setting says nothing else."""
    plan = XeroPlan(settings.xero_plan)
    day_calls = settings.xero_day_limit or TIERS[plan].daily_calls
    return PlanInForce(plan, settings.xero_minute_limit, day_calls)


def build_budget(settings: Settings, ground: Ground, client_id: str | None = None) -> SharedBudget:
    """The budget of calls to Xero, held in Redis with all processes of the same Xero app: ours, or a partner's."""
    plan = build_plan_in_force(settings)
    allowance = Allowance(plan.minute_calls, plan.day_calls, settings.xero_app_minute_limit)
    return SharedBudget(ground.queue, client_id or settings.xero_client_id, allowance, ground.clock)
