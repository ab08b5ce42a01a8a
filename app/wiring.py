"""The composition root: the only file that names concrete adapters, and where settings become objects.

Whatever is opened here is closed when its block ends, in the opposite order. Nothing is connected to before it is
used, so that an API starts, and answers, while Redis or Xero are down.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from arq.connections import ArqRedis
from pydantic import ValidationError
from redis.asyncio import ConnectionPool

from app import keys
from app.api.dependencies import Services
from app.api.onboarding.oauth import RETURN_PATH
from app.clock import Clock, SystemClock
from app.db import partners
from app.db.arrivals import lock_connection
from app.db.changes import CONTACT
from app.db.session import Database
from app.db.tokens import DatabaseTokenStore
from app.db.usage import UsageBook
from app.db.xero_apps import XeroAppVault
from app.delivery.address import check_address
from app.delivery.delivery import Delivery, StoreDocument
from app.delivery.webhook import Sender, build_client
from app.domain.pricing import TIERS, PlanInForce, XeroPlan
from app.intake.contact_document import ContactDocument
from app.intake.contact_documents import take_in_contact
from app.intake.dependencies import FindAppCheck, IntakeServices, SignatureCheck
from app.intake.document import Document
from app.intake.documents import take_in
from app.intake.refusals import InputRefused, list_faults
from app.reconcile.closing import Closings
from app.reconcile.exports.timer import ExportTimer
from app.reconcile.keep_alive import KeepAlive
from app.reconcile.ports import Waker
from app.reconcile.reconciler import Reconciler
from app.reconcile.retries import Retries
from app.reconcile.sweep import Sweep
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
from app.xero.signature import is_signed_by_xero
from app.xero.tokens import TokenKeeper
from app.xero.usage import CallCounter

SYSTEM_CLOCK = SystemClock()
_KEY_PREFIX_LENGTH = 12


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


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a worker's jobs call."""

    reconciler: Reconciler
    sweep: Sweep
    watch: Watch
    retries: Retries
    exports: ExportTimer
    delivery: Delivery
    closings: Closings
    keep_alive: KeepAlive
    waker: ArqWaker


@asynccontextmanager
async def open_worker(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> AsyncIterator[WorkerParts]:
    """Everything that a worker needs."""
    async with (
        open_ground(settings, clock) as ground,
        open_xero(settings, ground) as xero,
        build_client() as http,
    ):
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
                Sender(http, https_only=settings.is_production),
                ground.waker,
                ground.clock,
                build_document_store(ground.database, ground.clock, ground.waker),
            ),
            closings=Closings(ground.database, xero.consents, ground.clock),
            keep_alive=KeepAlive(xero.tokens, xero.consents, ground.clock),
            waker=ground.waker,
        )


@asynccontextmanager
async def open_api(settings: Settings) -> AsyncIterator[ApiParts]:
    """Everything that the API and the webhooks need."""
    async with open_ground(settings) as ground, open_xero(settings, ground) as xero:
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
        )
        intake = IntakeServices(
            database=ground.database,
            clock=ground.clock,
            waker=ground.waker,
            vault=ground.vault,
            is_signed_by_xero=build_signature_check(settings.xero_webhook_key.get_secret_value()),
            find_app_check=build_app_checks(XeroAppVault(ground.database, ground.vault)),
        )
        yield ApiParts(services, intake)


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


def build_app_checks(apps: XeroAppVault) -> FindAppCheck:
    """The check of each partner's own Xero app, by its key as it is now."""

    async def find(xero_app_id: UUID) -> SignatureCheck:
        app = await apps.find(xero_app_id)
        return build_signature_check((app.webhook_key if app else None) or "")

    return find


def build_signature_check(webhook_key: str) -> SignatureCheck:
    """Whether Xero signed a webhook; without a webhook key, which development may lack, it signed none."""
    return lambda body, signature: bool(webhook_key) and is_signed_by_xero(body, signature, webhook_key)


def build_document_store(database: Database, clock: Clock, waker: Waker) -> StoreDocument:
    """How delivery hands the document of a refusal to intake, which takes it in as any other."""

    async def store(connection_id: UUID, kind: str, body: Mapping[str, Any]) -> str | None:
        try:
            document = (ContactDocument if kind == CONTACT else Document).model_validate(body)
            async with database.writing() as session:
                connection = await lock_connection(session, connection_id)
                if connection is None:
                    return "its connection is gone"
                if isinstance(document, ContactDocument):
                    taken = await take_in_contact(session, connection, document, clock.now())
                else:
                    taken = await take_in(session, connection, document, clock.now())
        except ValidationError as invalid:
            return _name_faults(InputRefused("", "", list_faults(invalid.errors())))
        except InputRefused as refused:
            return _name_faults(refused)
        await waker.reconcile_soon(taken.nudges)
        return None if taken.stored.is_news else f"version {taken.stored.held_version} is held already"

    return store


def _name_faults(refused: InputRefused) -> str:
    return "; ".join(f"{fault.field} {fault.message}" for fault in refused.faults) or refused.detail


async def create_partner(settings: Settings, name: str, webhook_url: str | None) -> dict[str, str]:
    """Make a partner, and answer what is shown this once; raises `AddressRefused` for an address not to be called.

    `webhook_secret_in` signs what goes into Plumbline, `webhook_secret_out` what Plumbline sends.
    """
    if webhook_url is not None:
        check_address(webhook_url, https_only=settings.is_production)
    vault, database = build_vault(settings), Database(settings.database_url)
    key, secret_in, secret_out = keys.make_key(), keys.make_webhook_secret(), keys.make_webhook_secret()
    try:
        async with database.writing() as session:
            partner_id = await partners.insert_partner(
                session, name, webhook_url, vault.encrypt(secret_in), vault.encrypt(secret_out)
            )
            await partners.insert_api_key(session, partner_id, key[:_KEY_PREFIX_LENGTH], keys.hash_key(key))
    finally:
        await database.close()
    return {
        "partner_id": str(partner_id),
        "api_key": key,
        "webhook_secret_in": secret_in,
        "webhook_secret_out": secret_out,
    }
