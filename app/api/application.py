"""Puts the API together: routers, webhooks, problem documents, middleware, and the page of the contract."""

from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import StatelessLifespan

from app.api import (
    changes,
    conflicts,
    connections,
    discrepancies,
    health,
    invoices,
    links,
    manifest,
    oauth,
    organisation,
    settings,
    webhooks,
)
from app.api.contract import DESCRIPTION, complete
from app.api.docs_page import build_docs_routes
from app.api.middleware import BodyLimit, Correlation
from app.api.problems import HANDLERS

ROUTERS: tuple[APIRouter, ...] = (
    connections.router,
    oauth.router,
    organisation.router,
    settings.router,
    invoices.router,
    changes.router,
    manifest.router,
    conflicts.router,
    discrepancies.router,
    links.router,
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
        middleware=[Middleware(Correlation), Middleware(BodyLimit)],
        webhooks=webhooks.router,
        docs_url=None,
        redoc_url=None,
    )
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend([*routes, *build_docs_routes()])
    return app
