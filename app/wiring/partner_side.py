"""The way to partners' addresses: the gate that each of them passes, and the client that calls them."""

import httpx

from app.delivery.address import Addresses
from app.delivery.network import build_client
from app.settings import Settings


def open_partners(settings: Settings) -> httpx.AsyncClient:
    """The client for partners' addresses."""
    return build_client(build_addresses(settings))


def build_addresses(settings: Settings) -> Addresses:
    """The gate of partners' addresses."""
    return Addresses(https_only=settings.is_production, allow_internal=settings.allow_internal_addresses)
