"""A look at a stand-in of a shop: the way into it as the service has it, and its orders page after page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.clock import Clock
from app.shops.document import build_document
from app.shops.front import Door, Front
from app.shops.order import ShopOrder
from app.shops.platform import Listed, OrderPage, Platform, Unreadable
from tests.loopback import build_client

SYDNEY = ZoneInfo("Australia/Sydney")
ORDERS_FROM = date(2026, 7, 1)
MOST_PAGES = 200


class Kept:
    """What was kept of a shop's credentials, the newest last."""

    def __init__(self) -> None:
        self.renewals: list[tuple[Mapping[str, str], datetime | None]] = []

    async def keep(self, credentials: Mapping[str, str], until: datetime | None) -> None:
        """Note it."""
        self.renewals.append((credentials, until))


@asynccontextmanager
async def open_front(
    address: str, credentials: Mapping[str, str], clock: Clock, kept: Kept | None = None
) -> AsyncIterator[Front]:
    """The way into a shop on this machine; a business in Sydney whose orders count from July on."""
    async with build_client() as http:
        door = Door(http, lambda url: None, clock)
        yield Front(door, address, credentials, SYDNEY, ORDERS_FROM, (kept or Kept()).keep)


async def list_pages(platform: Platform, front: Front, since: datetime | None = None) -> list[OrderPage]:
    """Every page of a look."""
    pages = [await platform.list_orders(front, since, None)]
    while pages[-1].next is not None:
        assert len(pages) < MOST_PAGES, "the look does not end"
        pages.append(await platform.list_orders(front, since, pages[-1].next))
    return pages


async def list_all(
    platform: Platform, front: Front, since: datetime | None = None
) -> list[ShopOrder | Unreadable]:
    """Every order of a look; one that is only listed is asked for, as a look does where it is news."""
    found = [order for page in await list_pages(platform, front, since) for order in page.orders]
    return [await _get(platform, front, order.id) if isinstance(order, Listed) else order for order in found]


async def _get(platform: Platform, front: Front, order_id: str) -> ShopOrder | Unreadable:
    order = await platform.find_order(front, order_id)
    assert order is not None
    return order


async def get_one(platform: Platform, front: Front) -> ShopOrder:
    """The only order of the shop; it makes a document that comes to its total."""
    (order,) = await list_all(platform, front)
    assert isinstance(order, ShopOrder), order
    build_document(platform.name, order)
    return order


async def get_reason(platform: Platform, front: Front) -> str:
    """Why the only order of the shop is unreadable."""
    (order,) = await list_all(platform, front)
    assert isinstance(order, Unreadable), order
    return order.reason
