"""Builds the API of one process: routes, settings, and a lifespan that opens what they need and closes it again.

uvicorn calls `create_app` in each of its processes. Nothing is decided here.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import collector, telemetry, wiring
from app.api.application import build_app
from app.development import fill_in
from app.intake.routes import build_routes
from app.settings import Settings
from app.tracing import tracing_to


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, with the environment's settings where none are given."""
    chosen = settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with tracing_to(chosen.otlp_endpoint, "api"), wiring.open_api(chosen) as parts:
            parts.lay_on(app.state)
            if settings is None:
                # A process of its own, which now has all that it needs.
                collector.resume()
            yield

    return build_app(build_routes(), lifespan)


def load_settings() -> Settings:
    """Settings that a process can run on; raises `ConfigurationMissing` in production where they are not."""
    settings = Settings()
    telemetry.configure(settings.log_level, as_json=settings.is_production)
    return settings.require_production() if settings.is_production else fill_in(settings)
