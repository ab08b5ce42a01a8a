"""Puts the API together: routers, webhooks, problem documents, middleware, and the page of the contract."""

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import StatelessLifespan

from app.api import health, usage
from app.api.books import contacts, invoices, items, links, manifest
from app.api.contract import DESCRIPTION, complete
from app.api.delivery import changes, notices, webhooks
from app.api.docs_page import build_docs_routes
from app.api.exports import events as export_events
from app.api.exports import report as export_report
from app.api.exports import routes as exports
from app.api.findings import conflicts, discrepancies
from app.api.middleware import BodyLimit, Correlation, KeepUsage
from app.api.onboarding import connection_consent, connections, oauth, organisation, providers, xero_apps
from app.api.problems import HANDLERS
from app.api.settings import routes as settings

ROUTERS: tuple[APIRouter, ...] = (
    providers.router,
    connections.router,
    connection_consent.router,
    oauth.router,
    xero_apps.router,
    organisation.router,
    settings.router,
    invoices.router,
    contacts.router,
    items.router,
    exports.router,
    export_events.router,
    export_report.router,
    changes.router,
    notices.router,
    manifest.router,
    conflicts.router,
    discrepancies.router,
    links.router,
    usage.router,
    health.router,
)


class Api(FastAPI):
    """FastAPI, with the whole contract as its OpenAPI."""

    def openapi(self) -> dict[str, Any]:
        """The contract; built once."""
        if self.openapi_schema is None:
            self.openapi_schema = complete(super().openapi())
        return self.openapi_schema


def build_app(routes: list[BaseRoute], lifespan: StatelessLifespan[FastAPI] | None = None) -> FastAPI:
    """The application. `routes` are further ones, of intake; services are found on its state (see `dependencies`)."""
    app = Api(
        title="Plumbline",
        version="1",
        description=DESCRIPTION,
        license_info={"name": "MIT licence"},
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        middleware=[Middleware(Correlation), Middleware(KeepUsage), Middleware(BodyLimit)],
        webhooks=webhooks.router,
        docs_url=None,
        redoc_url=None,
    )
    app.router.routes.extend([*_list_routes(), *routes, *build_docs_routes()])
    return app


@cache
def _list_routes() -> list[BaseRoute]:
    """The routes of all routers, worked out once for all applications of a process."""
    every = APIRouter()
    for router in ROUTERS:
        every.include_router(router)
    return every.routes
