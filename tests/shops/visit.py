"""A visit to a stand-in as the product makes it: by `Front`, over HTTP, with what it keeps in the test's hands."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from app.shops.front import Door, Front
from app.shops.order import ShopOrder
from app.shops.platform import OrderPage, Platform, Unreadable
from tests.loopback import build_client
from tests.shops.stand_in import StandIn, open_stand_in

ORDERS_FROM = date(2026, 11, 1)
MOST_PAGES = 50


@dataclass(frozen=True)
class Visit:
    """A front, and the platform that goes through it."""

    platform: Platform
    front: Front
    kept: list[Mapping[str, str]] = field(default_factory=list)
    """Credentials as they were kept, in order."""
    ends: list[datetime | None] = field(default_factory=list)
    """Until when they were said to be good."""

    async def page(self, since: datetime | None = None, cursor: str | None = None) -> OrderPage:
        """A page of what changed since."""
        return await self.platform.list_orders(self.front, since, cursor)

    async def walk(self, since: datetime | None = None) -> list[ShopOrder | Unreadable]:
        """Everything that changed since, page after page."""
        told = list[ShopOrder | Unreadable]()
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await self.page(since, cursor)
            told += page.orders
            cursor = page.next
            if cursor is None:
                return told
        raise AssertionError(f"the list does not end within {MOST_PAGES} pages")

    async def get(self, order_id: str) -> ShopOrder:
        """An order by its id, which is there and can be read."""
        order = await self.platform.find_order(self.front, order_id)
        assert isinstance(order, ShopOrder), order
        return order


@asynccontextmanager
async def open_visit(
    platform: Platform,
    shop: StandIn,
    credentials: Mapping[str, str],
    *,
    zone: tzinfo = UTC,
    orders_from: date = ORDERS_FROM,
) -> AsyncIterator[Visit]:
    """Serve a shop until the block ends, and call it."""
    kept, ends = list[Mapping[str, str]](), list[datetime | None]()

    async def keep(renewed: Mapping[str, str], until: datetime | None) -> None:
        kept.append(dict(renewed))
        ends.append(until)

    async with open_stand_in(shop), build_client() as http:
        door = Door(http, lambda address: None, shop.clock)
        yield Visit(platform, Front(door, shop.address, credentials, zone, orders_from, keep), kept, ends)
