"""What a look asks of a shop of BigCommerce: the orders that changed, page after page, and one order.

A story of pages that are counted, which BigCommerce's are: an order of page one is edited while page two is on its way.
It moves to the end, all others move up by one, and the first of page two is now on page one, which nobody reads again.
So the next page is the first one of what changed since the last order that was seen; only where one second has more
orders than a page are pages counted.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from app.shops import signing
from app.shops.attempt import try_order
from app.shops.fields import Json, find_instant, find_text, get_instant, get_text
from app.shops.first_day import find_beginning
from app.shops.order import ShopOrder
from app.shops.platform import Listed, OrderPage, OrderUnreadable, ShopCalls, ShopFailed, Unreadable
from app.shops.platforms.bigcommerce.orders import is_incomplete, read_order
from app.shops.platforms.bigcommerce.parts import Parts, fetch_parts, fetch_refunds, get, read_list

SIZE = 10
"""Orders of a page: each takes up to four calls of the 150 that a shop allows in half a minute."""

SIZE_OF_ALL = 50
"""Where all orders are listed, and those alone that are news take calls of their own."""

_TICK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a look is: what it asks for next, and which orders at that border it has had."""

    modified: datetime | None
    created: datetime
    is_of_all: bool
    """All orders are listed, and not those alone that changed since."""
    page: int = 1
    seen: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return SIZE_OF_ALL if self.is_of_all else SIZE

    def ask(self) -> dict[str, str]:
        dates = {"min_date_modified": self.modified, "min_date_created": self.created}
        return {
            "sort": "date_modified:asc",
            "limit": str(self.size),
            "page": str(self.page),
            "include": "fees",
            **{name: format_datetime(moment) for name, moment in dates.items() if moment is not None},
        }


@dataclass(frozen=True, slots=True)
class BigCommerce:
    """BigCommerce as a kind of shop; its address has the store's hash in it."""

    name: str = "bigcommerce"
    settles_in: timedelta = timedelta(seconds=2)
    """`date_modified` has whole seconds."""
    lag: timedelta = timedelta(minutes=5)
    opened_by: tuple[tuple[str, ...], ...] = (("access_token",),)
    understands: tuple[str, ...] = ()
    named_by: None = None
    signs_webhooks: bool = True

    def is_signed(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the webhook was signed by the API account's client secret, as Standard Webhooks are."""
        return signing.is_signed(secret.encode(), headers, body)

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        """A page of the orders that changed since, oldest change first; None: placed on `orders_from` or later.

        Raises `ShopFailed`.
        """
        place = _read_cursor(cursor) if cursor else _begin(calls, since)
        answer = await get(calls, "/v2/orders", place.ask())
        if answer.status == 404:
            raise ShopFailed(
                "There is no BigCommerce shop at this address, https://api.bigcommerce.com/stores/<hash>."
            )
        listed = read_list(answer.body)
        new = [order for order in listed if _name(order) not in place.seen]
        orders = _list_only(new) if place.is_of_all else await _read_all(calls, new)
        return OrderPage(tuple(orders), _find_next(place, listed), answer.at)

    async def find_order(self, calls: ShopCalls, order_id: str) -> ShopOrder | Unreadable | None:
        """One order, None where the shop has no such order; raises `ShopFailed`."""
        if not order_id.isdecimal() or len(order_id) > 18:
            return None
        answer = await get(calls, f"/v2/orders/{order_id}", {"include": "fees"})
        if answer.status == 404 or not isinstance(answer.body, Mapping):
            return None
        return await _read(calls, answer.body, await fetch_refunds(calls, [order_id]))


BIGCOMMERCE = BigCommerce()


def _list_only(orders: Sequence[Json]) -> list[Listed]:
    return [Listed(*_tell_apart(order)) for order in orders]


async def _read_all(calls: ShopCalls, orders: Sequence[Json]) -> list[ShopOrder | Unreadable]:
    told = [each for each in orders if not is_incomplete(each)]
    refunds = await fetch_refunds(calls, [find_text(each, "id") or "" for each in told])
    return [await _read(calls, order, refunds) for order in orders]


def _tell_apart(order: Json) -> tuple[str, datetime]:
    """Its id and its last change."""
    try:
        return get_text(order, "id"), _find_change(order)
    except OrderUnreadable as odd:
        raise ShopFailed(f"BigCommerce lists an order that cannot be told from others: {odd}") from None


async def _read(calls: ShopCalls, order: Json, refunds: Sequence[Json]) -> ShopOrder | Unreadable:
    order_id, changed_at = _tell_apart(order)
    parts = Parts() if is_incomplete(order) else await fetch_parts(calls, order, refunds)
    return try_order(order_id, order_id, changed_at, lambda: read_order(order, parts, changed_at, calls.zone))


def _find_change(order: Json) -> datetime:
    return find_instant(order, "date_modified") or get_instant(order, "date_created")


def _name(order: Json) -> str:
    return f"{find_text(order, 'id')}@{find_text(order, 'date_modified')}"


# where a look is


def _begin(calls: ShopCalls, since: datetime | None) -> _Place:
    created = find_beginning(calls).astimezone(UTC)
    if since is not None:
        return _Place(since.astimezone(UTC) - _TICK, created, is_of_all=False)
    return _Place(None, created, is_of_all=True)


def _find_next(place: _Place, listed: Sequence[Json]) -> str | None:
    if len(listed) < place.size:
        return None
    border = max(_find_change(order) for order in listed) - _TICK
    if place.modified is not None and border <= place.modified:
        return _write_cursor(replace(place, page=place.page + 1))
    seen = tuple(_name(order) for order in listed if _find_change(order) >= border)
    return _write_cursor(replace(place, modified=border, page=1, seen=seen))


def _write_cursor(place: _Place) -> str:
    modified = place.modified.isoformat() if place.modified else None
    told = [modified, place.created.isoformat(), place.is_of_all, place.page, *place.seen]
    return json.dumps(told, separators=(",", ":"))


def _read_cursor(cursor: str) -> _Place:
    try:
        modified, created, is_of_all, page, *seen = json.loads(cursor)
        since = datetime.fromisoformat(modified) if modified else None
        return _Place(since, datetime.fromisoformat(created), bool(is_of_all), int(page), tuple(seen))
    except (ValueError, TypeError):
        raise ShopFailed("The look cannot go on where it was, and begins anew.") from None
