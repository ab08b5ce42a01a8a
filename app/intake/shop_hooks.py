"""What verifies a shop's webhooks, and makes a look at the shop due."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.clock import Clock
from app.db.delivery.partner_reads import ask_for_read
from app.db.partners.shops import find_shop, save_heard
from app.db.postgres.session import Database
from app.shops.platform import Platform
from app.shops.registry import ABOUT, PINGS, PLATFORMS
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Hook:
    """How webhooks of one shop are verified; without a secret none is."""

    platform: Platform
    secret: str | None = field(repr=False)
    credentials: Mapping[str, str] = field(repr=False)

    def is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the shop signed it; header names are in lower case."""
        return self.secret is not None and self.platform.is_signed(self.secret, headers, body)

    def is_about(self, body: bytes) -> bool:
        """Whether it is of this shop, and not of another one of which the same address is told."""
        is_about = ABOUT.get(self.platform.name)
        return is_about is None or is_about(self.credentials, body)

    def is_ping(self, body: bytes) -> bool:
        """Whether it only asks if somebody listens; it is answered, and nothing follows from it."""
        is_ping = PINGS.get(self.platform.name)
        return is_ping is not None and is_ping(body)


class ShopHooks:
    """Finds them, and keeps that a webhook came; safe to share between tasks."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def find(self, connection_id: UUID) -> Hook | None:
        """The hook of a connection's shop; None where it has none, or none that signs."""
        async with self._database.reading() as session:
            shop = await find_shop(session, connection_id)
        platform = PLATFORMS.get(shop.platform) if shop else None
        if shop is None or platform is None or not platform.signs_webhooks:
            return None
        secret = self._vault.decrypt(shop.webhook_secret) if shop.webhook_secret is not None else None
        return Hook(platform, secret, json.loads(self._vault.decrypt(shop.credentials)))

    async def hear(self, connection_id: UUID) -> None:
        """Have the shop looked at; a look that is under way is followed by another."""
        async with self._database.writing() as session:
            # The shop first, as a look does when it ends.
            await save_heard(session, connection_id, self._clock.now())
            await ask_for_read(session, connection_id, is_hint=True)
