"""A visit to a stand-in as the product makes it: by `Front`, over HTTP, with what it keeps in the test's hands."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from app.shops.document import build_document
from app.shops.front import Door, Front
from app.shops.order import ShopOrder
from app.shops.platform import Listed, OrderPage, Platform, Unreadable
from tests.loopback import build_client
from tests.shops.stand_in import StandIn, open_stand_in

SYDNEY = ZoneInfo("Australia/Sydney")
ORDERS_FROM = date(2026, 7, 1)
MOST_PAGES = 200


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

    async def pages(self, since: datetime | None = None) -> list[OrderPage]:
        """Every page of a look."""
        found = [await self.page(since)]
        while found[-1].next is not None:
            assert len(found) < MOST_PAGES, "the look does not end"
            found.append(await self.page(since, found[-1].next))
        return found

    async def walk(self, since: datetime | None = None) -> list[ShopOrder | Unreadable]:
        """Everything that changed since; what is only listed is asked for, as a look does where it is news."""
        listed = [order for page in await self.pages(since) for order in page.orders]
        return [await self._read(order.id) if isinstance(order, Listed) else order for order in listed]

    async def find(self, order_id: str) -> ShopOrder | Unreadable | None:
        """An order by its id."""
        return await self.platform.find_order(self.front, order_id)

    async def get(self, order_id: str) -> ShopOrder:
        """An order by its id, which is there and can be read."""
        order = await self.find(order_id)
        assert isinstance(order, ShopOrder), order
        return order

    async def get_one(self) -> ShopOrder:
        """The only order of the shop; it makes a document that comes to its total."""
        (order,) = await self.walk()
        assert isinstance(order, ShopOrder), order
        build_document(self.platform.name, order)
        return order

    async def get_reason(self) -> str:
        """Why the only order of the shop is unreadable."""
        (order,) = await self.walk()
        assert isinstance(order, Unreadable), order
        return order.reason

    async def _read(self, order_id: str) -> ShopOrder | Unreadable:
        order = await self.find(order_id)
        assert order is not None
        return order


@asynccontextmanager
async def open_visit(
    platform: Platform,
    shop: StandIn,
    credentials: Mapping[str, str],
    *,
    below: str = "",
    zone: tzinfo = UTC,
    orders_from: date = ORDERS_FROM,
) -> AsyncIterator[Visit]:
    """Call a shop, at its address and `below` that; one that is not served yet is, until the block ends."""
    kept, ends = list[Mapping[str, str]](), list[datetime | None]()

    async def keep(renewed: Mapping[str, str], until: datetime | None) -> None:
        kept.append(dict(renewed))
        ends.append(until)

    async with AsyncExitStack() as stack:
        if not shop.address:
            await stack.enter_async_context(open_stand_in(shop))
        door = Door(await stack.enter_async_context(build_client()), lambda address: None, shop.clock)
        front = Front(door, f"{shop.address}{below}", credentials, zone, orders_from, keep)
        yield Visit(platform, front, kept, ends)
