"""The composition root: the only place that names concrete adapters, and where settings become objects.

    ground          what every process stands on
    xero_side       Xero's side: consents, organisations, budget
    partner_side    the way to partners' addresses
    shown           what Prometheus is shown

Whatever is opened here is closed when its block ends, in the opposite order. Nothing is connected to before it is
used, but for PostgreSQL, which is asked the time and need not answer: so an API starts, and answers, while PostgreSQL,
Redis or Xero are down.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import partial

import httpx
from starlette.datastructures import State

from app.api.access.call_limit import CallLimit
from app.api.access.dependencies import DoorServices
from app.api.access.keys_sent import gather_sent_keys
from app.api.books import invoice_inbox
from app.api.books.invoice_inbox import InvoiceInbox
from app.api.dependencies import Services
from app.api.metrics.exposition import Exposition
from app.batcher import Batcher
from app.clock import Clock
from app.db.connections.known import KnownConnections
from app.db.partners.api_keys import KeyUses
from app.db.partners.idempotency import ClaimBook
from app.db.partners.xero_apps import XeroAppVault
from app.db.postgres.present import API, WORKER
from app.db.postgres.timekeeper import Timekeeper
from app.delivery.by_hand import ByHand
from app.delivery.delivery import Delivery
from app.delivery.pruning import Pruning
from app.delivery.webhook import Sender
from app.ending import Ending
from app.intake import partner_inbox
from app.intake.dependencies import IntakeServices
from app.intake.document_store import build_document_store
from app.intake.fresh_rates import FreshRates
from app.intake.inbox import Inbox
from app.intake.partner_secrets import gather_partner_secrets
from app.intake.shop_hooks import ShopHooks
from app.intake.xero_inbox import keep_webhooks
from app.intake.xero_signatures import build_app_checks, build_signature_check
from app.intake.xero_webhooks import XeroWebhooks
from app.reading.reading import PartnerReading
from app.reconcile.exports.timer import ExportTimer
from app.reconcile.reconciler import Reconciler
from app.reconcile.timers.closing import Closings
from app.reconcile.timers.erasing import Erasures
from app.reconcile.timers.forgetting import Forgetting
from app.reconcile.timers.keep_alive import KeepAlive
from app.reconcile.timers.retries import Retries
from app.reconcile.timers.roll_call import RollCall
from app.reconcile.timers.sweep import Sweep
from app.reconcile.timers.watch import Watch
from app.reconcile.trials.runner import Trials
from app.settings import Settings
from app.waker import ArqWaker
from app.wiring.ground import Ground, open_ground
from app.wiring.partner_side import build_addresses, build_doors, open_partners
from app.wiring.shown import build_exposition
from app.wiring.xero_side import XeroSide, build_plan_in_force, open_xero
from app.xero.scopes import PURPOSE_OF_SCOPE, list_missing_scopes


@dataclass(frozen=True, slots=True)
class ApiParts:
    """What the API's routes and the webhooks' routes find on the application's state."""

    services: Services
    doors: DoorServices
    invoice_inbox: InvoiceInbox
    intake: IntakeServices
    metrics: Exposition

    def lay_on(self, state: State) -> None:
        """Where they are looked for, each under its own name."""
        for field in fields(self):
            setattr(state, field.name, getattr(self, field.name))


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
    erasures: Erasures
    forgetting: Forgetting
    keep_alive: KeepAlive
    roll_call: RollCall
    trials: Trials
    claims: ClaimBook
    xero_webhooks: XeroWebhooks
    timekeeper: Timekeeper
    waker: ArqWaker
    metrics: Exposition
    ending: Ending


@asynccontextmanager
async def open_worker(settings: Settings, clock: Clock | None = None) -> AsyncIterator[WorkerParts]:
    """Everything that a worker needs; its clock is PostgreSQL's, unless another is given."""
    async with (
        open_ground(settings, clock, name=WORKER) as ground,
        open_xero(settings, ground) as xero,
        open_partners(settings) as http,
    ):
        yield build_worker_parts(settings, ground, xero, http)


def build_worker_parts(
    settings: Settings, ground: Ground, xero: XeroSide, http: httpx.AsyncClient
) -> WorkerParts:
    """What a worker's jobs call, on this ground; `http` calls partners."""
    addresses = build_addresses(settings)
    store, ending = build_document_store(ground.database, ground.clock, ground.waker), Ending()
    return WorkerParts(
        reconciler=Reconciler(
            ground.database, xero.organisations, xero.consents, ground.waker, ground.clock, xero.usage, ending
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
            ending,
        ),
        reading=PartnerReading(
            ground.database,
            build_doors(ground, http, addresses),
            ground.waker,
            ground.clock,
            store,
            ending,
            compare_every=timedelta(hours=settings.compare_every_hours),
        ),
        pruning=Pruning(ground.database, ground.clock),
        erasures=Erasures(ground.database, ground.clock),
        forgetting=Forgetting(ground.database, ground.clock),
        closings=Closings(ground.database, xero.consents, ground.clock),
        keep_alive=KeepAlive(xero.tokens, xero.consents, ground.clock),
        roll_call=RollCall(ground.database, xero.consents, ground.waker, ground.clock),
        trials=Trials(ground.database, xero.organisations, ground.clock, xero.usage),
        claims=ClaimBook(ground.database, ground.vault, ground.clock),
        xero_webhooks=XeroWebhooks(ground.database, ground.waker, ground.clock),
        timekeeper=ground.timekeeper,
        waker=ground.waker,
        metrics=build_exposition(settings, ground, xero, is_hidden=False),
        ending=ending,
    )


@asynccontextmanager
async def open_api(settings: Settings, *, name: str = API) -> AsyncIterator[ApiParts]:
    """Everything that the API and the webhooks need, for it or for a command."""
    async with (
        open_ground(settings, name=name) as ground,
        open_xero(settings, ground) as xero,
        open_partners(settings) as http,
    ):
        yield build_api_parts(settings, ground, xero, http)


def build_api_parts(settings: Settings, ground: Ground, xero: XeroSide, http: httpx.AsyncClient) -> ApiParts:
    """What the API and the webhooks are served with, on this ground; `http` calls partners."""
    addresses = build_addresses(settings)
    rates = FreshRates(ground.database, xero.organisations, ground.clock)
    services = Services(
        database=ground.database,
        clock=ground.clock,
        timekeeper=ground.timekeeper,
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
        claims=ClaimBook(ground.database, ground.vault, ground.clock),
        addresses=addresses,
        by_hand=ByHand(ground.database, ground.vault, Sender(http, addresses), ground.clock),
        fresh_rates=rates,
        answer_wait=timedelta(seconds=settings.answer_wait_seconds),
    )
    doors = DoorServices(
        clock=ground.clock,
        sent_keys=gather_sent_keys(ground.database),
        call_limit=CallLimit(
            ground.queue,
            key_calls=settings.api_limit_per_minute,
            stranger_calls=settings.stranger_limit_per_minute,
        ),
        key_uses=KeyUses(ground.database),
    )
    known = KnownConnections()
    metrics = build_exposition(settings, ground, xero, is_hidden=settings.is_production)
    puts: InvoiceInbox = Inbox(
        partial(invoice_inbox.save_puts_at_once, ground.database, known),
        partial(invoice_inbox.save_puts, ground.database, known),
        invoice_inbox.find_whose,
        partial(invoice_inbox.may_differ, rates),
    )
    intake = _build_intake(settings, ground, known, rates)
    return ApiParts(services, doors, puts, intake, metrics)


def _build_intake(
    settings: Settings, ground: Ground, known: KnownConnections, rates: FreshRates
) -> IntakeServices:
    return IntakeServices(
        clock=ground.clock,
        waker=ground.waker,
        xero_inbox=Batcher(partial(keep_webhooks, ground.database), at_once=2),
        partner_inbox=Inbox(
            partial(partner_inbox.save_at_once, ground.database, known),
            partial(partner_inbox.save_webhooks, ground.database, known),
            partner_inbox.find_whose,
            partial(partner_inbox.may_differ, rates),
        ),
        known=known,
        partner_secrets=gather_partner_secrets(ground.database, ground.vault),
        shop_hooks=ShopHooks(ground.database, ground.vault, ground.clock),
        is_signed_by_xero=build_signature_check(settings.xero_webhook_key.get_secret_value()),
        find_app_check=build_app_checks(XeroAppVault(ground.database, ground.vault)),
    )
