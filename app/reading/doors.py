"""Opens the source of a connection: its shop where it has one, else its own read endpoint, else its partner's.

What a shop gives anew of its credentials, as a token that was refreshed, is kept before it is used: the token of before
may be no good any more once the shop has answered.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.db.delivery.partner_reads import ReadClaim
from app.db.partners.read_endpoints import ReadEndpoint, find_read_endpoint_of
from app.db.partners.shops import Shop, find_shop, save_credentials
from app.db.partners.webhook_secrets import list_secrets
from app.db.postgres.session import Database
from app.delivery.webhook import Recipient
from app.reading.partner_source import PartnerSource
from app.reading.reader import PartnerReader, ReadTarget
from app.reading.shop_source import ShopSource
from app.reading.source import Source
from app.shops.front import Door, Front
from app.shops.order import BookedUnder, Customers
from app.shops.platform import ShopFailed
from app.shops.registry import PLATFORMS
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that can be asked; `shop` where it is one."""

    source: Source
    shop: Shop | None = None


class Doors:
    """The ways to apps and shops; safe to share between tasks."""

    def __init__(self, database: Database, vault: Vault, reader: PartnerReader, door: Door) -> None:
        self._database = database
        self._vault = vault
        self._reader = reader
        self._door = door

    async def find(self, claim: ReadClaim) -> Opened | None:
        """The source of the connection that was claimed; None where it has none any more."""
        async with self._database.reading() as session:
            shop = await find_shop(session, claim.connection_id)
            if shop is not None:
                return Opened(self._open_shop(shop), shop)
            endpoint = await find_read_endpoint_of(session, claim.connection_id)
        return Opened(await self._open_app(claim, endpoint)) if endpoint else None

    def _open_shop(self, shop: Shop) -> ShopSource:
        held = shop.credentials

        async def keep(credentials: Mapping[str, str], until: datetime | None) -> None:
            nonlocal held
            sealed = self._vault.encrypt(json.dumps(dict(credentials)))
            async with self._database.writing() as session:
                is_kept = await save_credentials(session, shop.connection_id, held, sealed, until)
            if not is_kept:
                raise ShopFailed("The shop was set otherwise while it was read.")
            held = sealed

        front = Front(
            self._door,
            shop.address,
            json.loads(self._vault.decrypt(shop.credentials)),
            ZoneInfo(shop.time_zone),
            shop.orders_from,
            keep,
        )
        customers = Customers(shop.customers)
        booked_under = (
            BookedUnder(customers, shop.customer_name) if shop.customer_name else BookedUnder(customers)
        )
        return ShopSource(PLATFORMS[shop.platform], front, booked_under)

    async def _open_app(self, claim: ReadClaim, endpoint: ReadEndpoint) -> PartnerSource:
        async with self._database.reading() as session:
            secrets = (await list_secrets(session, [endpoint.id], self._door.clock.now()))[endpoint.id]
        target = ReadTarget(
            Recipient(endpoint.url, [self._vault.decrypt(secret.sealed) for secret in secrets]),
            self._vault.decrypt(endpoint.bearer) if endpoint.bearer is not None else None,
            str(claim.connection_id),
            claim.business_id,
        )
        return PartnerSource(self._reader, target, endpoint.reads_contacts)
