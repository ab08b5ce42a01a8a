"""The way to partners' addresses and to shops: the gate that each passes, and the client that calls them."""

import httpx

from app.delivery.address import Addresses
from app.delivery.network import build_client
from app.reading.doors import Doors
from app.reading.reader import PartnerReader
from app.settings import Settings
from app.shops.front import Door
from app.wiring.ground import Ground


def open_partners(settings: Settings) -> httpx.AsyncClient:
    """The client for partners' addresses."""
    return build_client(build_addresses(settings))


def build_addresses(settings: Settings) -> Addresses:
    """The gate of partners' addresses."""
    return Addresses(https_only=settings.is_production, allow_internal=settings.allow_internal_addresses)


def build_doors(ground: Ground, http: httpx.AsyncClient, addresses: Addresses) -> Doors:
    """What opens partners' apps and shops to be read."""
    return Doors(
        ground.database,
        ground.vault,
        PartnerReader(http, addresses, ground.clock),
        Door(http, addresses.check_form, ground.clock),
    )
