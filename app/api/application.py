"""Puts the API together: routers, webhooks, problem documents, middleware, and the page of the contract."""

from functools import cache
from typing import Any, ClassVar

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send, StatelessLifespan

from app.api import audit, health, usage
from app.api.access import routes as access
from app.api.access.door import Door
from app.api.access.side_doors import SideDoors
from app.api.books import (
    applied_credits,
    attempts,
    contact_links,
    contact_lists,
    contact_push,
    contacts,
    drafts,
    histories,
    invoice_lists,
    invoice_put,
    invoice_usage,
    invoices,
    item_lists,
    items,
    links,
    manifest,
    payments,
)
from app.api.checkup import checkup
from app.api.contract import DESCRIPTION, complete
from app.api.delivery import (
    changes,
    deliveries,
    endpoint_secrets,
    endpoints,
    events,
    notices,
    partner_side,
    read_endpoints,
    resend,
    webhooks,
)
from app.api.docs_page import build_docs_routes
from app.api.envelope import Envelope
from app.api.exports import events as export_events
from app.api.exports import orders as export_orders
from app.api.exports import report as export_report
from app.api.exports import routes as exports
from app.api.findings import comparison, conflicts, discrepancies, resolutions
from app.api.held import held, retry, skips
from app.api.methods import HeadAsGet, answer_wrong_method
from app.api.metrics.exposition import build_metrics_routes
from app.api.middleware import BodyLimit, KeepUsage
from app.api.onboarding import (
    connection_consent,
    connections,
    data,
    oauth,
    organisation,
    providers,
    running,
    trials,
    xero_apps,
)
from app.api.problems import HANDLERS
from app.api.put_lane import PutLane
from app.api.queries import refuse_unknown
from app.api.repeats.idempotency import Idempotency
from app.api.request_limits import NestingLimit, RequestLimits
from app.api.route_index import RouteIndex
from app.api.settings import routes as settings
from app.api.settings import versions as settings_versions
from app.api.shops import shop
from app.api.webhook_lane import WebhookLane, is_webhook
from app.api.why import plan, why

ROUTERS: tuple[APIRouter, ...] = (
    access.router,
    providers.router,
    connections.router,
    data.router,
    running.router,
    connection_consent.router,
    oauth.router,
    xero_apps.router,
    organisation.router,
    settings.router,
    settings_versions.router,
    trials.router,
    invoice_put.router,
    invoices.router,
    invoice_lists.router,
    drafts.router,
    payments.router,
    applied_credits.router,
    contacts.router,
    contact_lists.router,
    contact_links.router,
    contact_push.router,
    attempts.router,
    histories.router,
    invoice_usage.router,
    items.router,
    item_lists.router,
    exports.router,
    export_orders.router,
    export_events.router,
    export_report.router,
    why.router,
    plan.router,
    held.router,
    retry.router,
    skips.router,
    checkup.router,
    changes.router,
    resend.router,
    events.router,
    notices.router,
    endpoints.router,
    endpoint_secrets.router,
    deliveries.router,
    manifest.router,
    partner_side.router,
    read_endpoints.router,
    shop.router,
    conflicts.router,
    discrepancies.router,
    resolutions.router,
    comparison.router,
    links.router,
    usage.router,
    audit.router,
    health.router,
)

MIDDLEWARE = (
    Envelope,
    RequestLimits,
    HeadAsGet,
    Door,
    PutLane,
    SideDoors,
    KeepUsage,
    BodyLimit,
    NestingLimit,
    Idempotency,
)
"""The outermost first: a request goes through them in this order, its answer in the other."""


class Api(FastAPI):
    """FastAPI, with the whole contract as its OpenAPI, and a lane of their own for webhooks."""

    webhook_lane: ASGIApp
    _contract: ClassVar[dict[str, Any] | None] = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_webhook(scope):
            scope["app"] = self
            await self.webhook_lane(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The contract; built once for all applications of a process, which have the same routes."""
        if Api._contract is None:
            Api._contract = complete(super().openapi())
        return Api._contract


def build_app(routes: list[Route], lifespan: StatelessLifespan[FastAPI] | None = None) -> FastAPI:
    """The application. `routes` are those of webhooks; services are found on its state (see `dependencies`)."""
    app = Api(
        title="Plumbline",
        version="1",
        description=DESCRIPTION,
        license_info={"name": "MIT licence"},
        lifespan=lifespan,
        exception_handlers=HANDLERS | {405: answer_wrong_method},
        middleware=[Middleware(each) for each in MIDDLEWARE],
        webhooks=webhooks.router,
        docs_url=None,
        redoc_url=None,
        # Behind a proxy that ends TLS it would lead to http, and a client that follows would send its key in the clear.
        redirect_slashes=False,
        # Traces and figures are our own (`app.tracing`, `app.metrics`); asking for others costs every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.webhook_lane = Envelope(WebhookLane(routes))
    app.router.routes.extend([*_list_routes(), *routes, *build_docs_routes(), *build_metrics_routes()])
    app.router.middleware_stack = RouteIndex(app.router)
    return app


@cache
def _list_routes() -> list[BaseRoute]:
    """The routes of all routers, worked out once for all applications of a process."""
    every = APIRouter()
    for router in ROUTERS:
        # Under /v1 every call takes a key, whatever its router says.
        under_key = [Depends(refuse_unknown)] if router.prefix.startswith("/v1") else []
        every.include_router(router, dependencies=under_key)
    return every.routes
