"""The day from which a shop's orders are read: what was placed before it stays unread, whenever it changes."""

from collections.abc import Iterable
from datetime import datetime, time

from app.shops.order import ShopOrder
from app.shops.platform import ShopCalls, Unreadable


def find_beginning(calls: ShopCalls) -> datetime:
    """The first instant of that day, in the shop's time zone."""
    return datetime.combine(calls.orders_from, time(), calls.zone)


def drop_earlier(
    calls: ShopCalls, orders: Iterable[ShopOrder | Unreadable]
) -> tuple[ShopOrder | Unreadable, ...]:
    """Those that were placed since, and those of which that cannot be told."""
    beginning = find_beginning(calls)
    return tuple(order for order in orders if isinstance(order, Unreadable) or order.placed_at >= beginning)
