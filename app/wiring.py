"""The composition root: the only file that names concrete adapters, and where settings become objects.

Whatever is opened here is closed when its block ends, in the opposite order. Nothing is connected to before it is
used, so that an API starts, and answers, while Redis or Xero are down.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool

from app import keys
from app.api.access.call_limit import CallLimit
from app.api.dependencies import Services
from app.api.metrics.exposition import Exposition
from app.api.onboarding.oauth import RETURN_PATH
from app.clock import Clock, SystemClock
from app.db import partners
from app.db.api_keys import KeyUses
from app.db.endpoints import NewEndpoint, insert_endpoint
from app.db.idempotency import ClaimBook
from app.db.session import Database
from app.db.tokens import DatabaseTokenStore
from app.db.usage import UsageBook
from app.db.webhook_secrets import insert_secret
from app.db.xero_apps import XeroAppVault
from app.delivery.address import Addresses
from app.delivery.by_hand import ByHand
from app.delivery.delivery import Delivery
from app.delivery.network import build_client
from app.delivery.pruning import Pruning
from app.delivery.webhook import Sender
from app.domain.pricing import TIERS, PlanInForce, XeroPlan
from app.intake.answered import build_document_store
from app.intake.dependencies import IntakeServices
from app.intake.xero_signatures import build_app_checks, build_signature_check
from app.reading.reader import PartnerReader
from app.reading.reading import PartnerReading
from app.reconcile.closing import Closings
from app.reconcile.exports.timer import ExportTimer
from app.reconcile.keep_alive import KeepAlive
from app.reconcile.reconciler import Reconciler
from app.reconcile.retries import Retries
from app.reconcile.sweep import Sweep
from app.reconcile.trials.runner import Trials
from app.reconcile.watch import Watch
from app.settings import Settings
from app.tls import trusted
from app.vault import Vault
from app.waker import QUEUE, ArqWaker
from app.xero.budget import Allowance
from app.xero.consents import XeroConsents
from app.xero.identities import XeroIdentities
from app.xero.organisations import XeroSdkOrganisations
from app.xero.registration import Registration
from app.xero.scopes import PURPOSE_OF_SCOPE, list_missing_scopes
from app.xero.shared_budget import SharedBudget
from app.xero.tokens import TokenKeeper
from app.xero.usage import CallCounter, note_call

SYSTEM_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Ground:
    """What every process stands on."""

    database: Database
    vault: Vault
    clock: Clock
    queue: ArqRedis
    waker: ArqWaker


@dataclass(frozen=True, slots=True)
class XeroSide:
    """The Xero adapter: consents and tokens, the organisations that they open, and what calling them costs."""

    identities: XeroIdentities
    consents: XeroConsents
    tokens: DatabaseTokenStore
    organisations: XeroSdkOrganisations
    budget: SharedBudget
    usage: UsageBook


@dataclass(frozen=True, slots=True)
class ApiParts:
    """What the API's routes and the webhooks' routes find on the application's state."""

    services: Services
    intake: IntakeServices
    metrics: Exposition


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a worker's jobs call."""

    reconciler: Reconciler
    sweep: Sweep
    watch: Watch
    retries: Retries
    exports: ExportTimer
    delivery: Delivery
    pruning: Pruning
    reading: PartnerReading
    closings: Closings
    keep_alive: KeepAlive
    trials: Trials
    claims: ClaimBook
    waker: ArqWaker
    metrics: Exposition


@asynccontextmanager
async def open_worker(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> AsyncIterator[WorkerParts]:
    """Everything that a worker needs."""
    async with (
        open_ground(settings, clock) as ground,
        open_xero(settings, ground) as xero,
        open_partners(settings) as http,
    ):
        addresses = build_addresses(settings)
        store = build_document_store(ground.database, ground.clock, ground.waker)
        yield WorkerParts(
            reconciler=Reconciler(
                ground.database, xero.organisations, xero.consents, ground.waker, ground.clock, xero.usage
            ),
            sweep=Sweep(
                ground.database,
                ground.waker,
                ground.clock,
                compare_every=timedelta(hours=settings.compare_every_hours),
            ),
            watch=Watch(ground.database, ground.clock),
            retries=Retries(ground.database, ground.waker, ground.clock),
            exports=ExportTimer(ground.database, ground.waker, ground.clock),
            delivery=Delivery(
                ground.database,
                ground.vault,
                Sender(http, addresses),
                ground.waker,
                ground.clock,
                store,
            ),
            reading=PartnerReading(
                ground.database,
                ground.vault,
                PartnerReader(http, addresses, ground.clock),
                ground.waker,
                ground.clock,
                store,
                compare_every=timedelta(hours=settings.compare_every_hours),
            ),
            pruning=Pruning(ground.database, ground.clock),
            closings=Closings(ground.database, xero.consents, ground.clock),
            keep_alive=KeepAlive(xero.tokens, xero.consents, ground.clock),
            trials=Trials(ground.database, xero.organisations, ground.clock, xero.usage),
            claims=ClaimBook(ground.database, ground.vault, ground.clock),
            waker=ground.waker,
            metrics=build_exposition(settings, ground, xero, is_hidden=False),
        )


@asynccontextmanager
async def open_api(settings: Settings) -> AsyncIterator[ApiParts]:
    """Everything that the API and the webhooks need."""
    async with (
        open_ground(settings) as ground,
        open_xero(settings, ground) as xero,
        open_partners(settings) as http,
    ):
        addresses = build_addresses(settings)
        services = Services(
            database=ground.database,
            clock=ground.clock,
            waker=ground.waker,
            vault=ground.vault,
            identities=xero.identities,
            organisations=xero.organisations,
            list_missing_scopes=list_missing_scopes,
            scope_purposes=PURPOSE_OF_SCOPE,
            public_url=settings.public_url,
            ping_redis=ground.queue.ping,
            calls_left=xero.budget,
            plan=build_plan_in_force(settings),
            usage=xero.usage,
            call_limit=CallLimit(
                ground.queue,
                key_calls=settings.api_limit_per_minute,
                stranger_calls=settings.stranger_limit_per_minute,
            ),
            key_uses=KeyUses(ground.database),
            claims=ClaimBook(ground.database, ground.vault, ground.clock),
            addresses=addresses,
            by_hand=ByHand(ground.database, ground.vault, Sender(http, addresses), ground.clock),
            answer_wait=timedelta(seconds=settings.answer_wait_seconds),
        )
        intake = IntakeServices(
            database=ground.database,
            clock=ground.clock,
            waker=ground.waker,
            vault=ground.vault,
            is_signed_by_xero=build_signature_check(settings.xero_webhook_key.get_secret_value()),
            find_app_check=build_app_checks(XeroAppVault(ground.database, ground.vault)),
        )
        metrics = build_exposition(settings, ground, xero, is_hidden=settings.is_production)
        yield ApiParts(services, intake, metrics)


@asynccontextmanager
async def open_ground(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> AsyncIterator[Ground]:
    """Database, vault, clock and the way to wake workers."""
    vault = build_vault(settings)
    database = Database(settings.database_url)
    try:
        async with open_queue(settings) as queue:
            yield Ground(database, vault, clock, queue, ArqWaker(queue))
    finally:
        await database.close()


@asynccontextmanager
async def open_xero(settings: Settings, ground: Ground) -> AsyncIterator[XeroSide]:
    """The Xero adapter over this process's database."""
    registration = Registration(
        client_id=settings.xero_client_id,
        client_secret=settings.xero_client_secret.get_secret_value(),
        redirect_url=settings.public_url + RETURN_PATH,
        api_url=settings.xero_api_url,
        identity_url=settings.xero_identity_url,
        login_url=settings.xero_login_url,
    )
    async with httpx.AsyncClient(verify=trusted()) as http:
        apps = XeroAppVault(ground.database, ground.vault)
        identities = XeroIdentities(registration, apps.get, http, ground.clock)
        store = DatabaseTokenStore(ground.database, ground.vault)
        consents = XeroConsents(store, TokenKeeper(store, identities, ground.clock), identities)
        counter, budget = CallCounter(ground.clock), build_budget(settings, ground)
        usage = UsageBook(ground.database, counter)
        organisations = XeroSdkOrganisations(
            settings.xero_api_url,
            store,
            identities,
            ground.clock,
            call_log=note_call,
            count_call=counter.count,
            budget=budget,
            budget_of=lambda client_id: build_budget(settings, ground, client_id),
        )
        try:
            yield XeroSide(identities, consents, store, organisations, budget, usage)
        finally:
            # Its threads may be in the middle of a call; waiting for them must not stop everything else here.
            await asyncio.to_thread(organisations.close)
            await usage.save()


def open_partners(settings: Settings) -> httpx.AsyncClient:
    """The client for partners' addresses."""
    return build_client(build_addresses(settings))


def build_addresses(settings: Settings) -> Addresses:
    """The gate of partners' addresses."""
    return Addresses(https_only=settings.is_production, allow_internal=settings.allow_internal_addresses)


def build_exposition(settings: Settings, ground: Ground, xero: XeroSide, *, is_hidden: bool) -> Exposition:
    """What this process shows to Prometheus; `is_hidden` where there is no token."""

    def find_budget(client_id: str | None) -> SharedBudget:
        return build_budget(settings, ground, client_id) if client_id else xero.budget

    token = settings.metrics_token.get_secret_value()
    return Exposition(ground.database, find_budget, build_plan_in_force(settings), token, is_hidden)


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


@asynccontextmanager
async def open_queue(settings: Settings) -> AsyncIterator[ArqRedis]:
    """arq's client of the queue, by the address as redis-py reads it: unix sockets, TLS and escaped passwords included.

    Jobs are JSON, not arq's pickle: whoever can write to Redis must not be able to run code here.
    """
    pool = ConnectionPool.from_url(settings.redis_url, socket_connect_timeout=1, socket_timeout=5)
    queue = ArqRedis(
        pool,
        job_serializer=lambda job: json.dumps(job, default=str).encode(),
        job_deserializer=json.loads,
        default_queue_name=QUEUE,
    )
    try:
        yield queue
    finally:
        await queue.aclose(close_connection_pool=True)


def build_vault(settings: Settings) -> Vault:
    """Raises `ConfigurationMissing` without keys."""
    return Vault([key.get_secret_value() for key in settings.secret_keys])


async def create_partner(settings: Settings, name: str, webhook_url: str | None) -> dict[str, str]:
    """Make a partner, and answer what is shown this once; raises `AddressRefused` for an address not to be called.

    `webhook_secret_in` signs what goes into Plumbline. With an address it has its first endpoint, which applies the
    changes of all its connections, and `webhook_secret_out` signs what Plumbline sends there.
    """
    if webhook_url is not None:
        await build_addresses(settings).check(webhook_url)
    vault, database = build_vault(settings), Database(settings.database_url)
    key, secret_in, secret_out = keys.make_key(), keys.make_webhook_secret(), keys.make_webhook_secret()
    made, now = {"api_key": key, "webhook_secret_in": secret_in}, SYSTEM_CLOCK.now()
    try:
        async with database.writing() as session:
            partner_id = await partners.insert_partner(session, name)
            await partners.insert_api_key(session, partner_id, keys.show_prefix(key), keys.hash_key(key))
            await insert_secret(session, partner_id, vault.encrypt(secret_in), now, others_end_at=now)
            if webhook_url is not None:
                endpoint = await insert_endpoint(session, partner_id, NewEndpoint(webhook_url))
                await insert_secret(session, endpoint.id, vault.encrypt(secret_out), now, others_end_at=now)
                made |= {"webhook_endpoint_id": str(endpoint.id), "webhook_secret_out": secret_out}
    finally:
        await database.close()
    return {"partner_id": str(partner_id), **made}
