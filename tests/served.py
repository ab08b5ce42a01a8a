"""The API as it is served without anything under it, and its contract, built once in a test process.

Building the contract takes longer than most tests.
"""

from functools import cache
from typing import Any

from fastapi import FastAPI

from app.api.application import build_app
from app.intake.routes import build_routes


@cache
def build_bare() -> FastAPI:
    """The application, which is never started: it answers what needs no database."""
    return build_app(build_routes())


def build_contract() -> dict[str, Any]:
    """OpenAPI as it is served; to be looked at only."""
    return build_bare().openapi()
