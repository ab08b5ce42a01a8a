"""Puts the API together: routers, problem documents, middleware, and what OpenAPI says of all of it."""

from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import StatelessLifespan

from app.api import (
    changes,
    conflicts,
    connections,
    health,
    invoices,
    links,
    manifest,
    oauth,
    organisation,
    settings,
)
from app.api.middleware import BodyLimit, Correlation
from app.api.problems import HANDLERS, SCHEMA

DESCRIPTION = """Keeps one invoice true in two places: your app and a business's Xero organisation.

Send each document whole whenever it changes, by `PUT` or by a signed webhook; it is answered at once and brought to
Xero afterwards. What changes in Xero comes back as a change, by webhook and in the feed. Every refusal is a problem
document (RFC 9457) that names the fields."""

ROUTERS: tuple[APIRouter, ...] = (
    connections.router,
    organisation.router,
    settings.router,
    invoices.router,
    links.router,
    conflicts.router,
    changes.router,
    manifest.router,
    oauth.router,
    health.router,
)


class Api(FastAPI):
    """FastAPI, with the problem document in its OpenAPI in place of FastAPI's own form of a refusal."""

    def openapi(self) -> dict[str, Any]:
        """The contract; built once."""
        if self.openapi_schema is None:
            schema = super().openapi()
            schemas = schema["components"]["schemas"]
            schemas["Problem"] = SCHEMA
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
        return super().openapi()


def build_app(routes: list[BaseRoute], lifespan: StatelessLifespan[FastAPI] | None = None) -> FastAPI:
    """The application. `routes` are further ones, of intake; services are found on its state (see `services`)."""
    app = Api(
        title="Plumbline",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        middleware=[Middleware(Correlation), Middleware(BodyLimit)],
        redoc_url=None,
    )
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend(routes)
    return app
