"""What a look asks of a shop of Shopify: the orders that changed, page after page, and one order.

A page's cursor carries what it was asked by, since Shopify's own cursors are good for the same question alone. Where a
page is too dear, a smaller one is asked for, and so are those after it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.shops.attempt import try_order
from app.shops.fields import Json, find_object, find_text, get_instant, list_objects
from app.shops.first_day import find_beginning
from app.shops.order import ShopOrder
from app.shops.platform import OrderHidden, OrderPage, OrderUnreadable, ShopCalls, ShopFailed, Unreadable
from app.shops.platforms.shopify.asking import Told, TooDear, ask
from app.shops.platforms.shopify.orders import find_number, find_placing, read_order
from app.shops.platforms.shopify.queries import ORDER, ORDERS
from app.shops.platforms.shopify.rest import complete

SIZES = (25, 10, 5, 3, 1)
"""Orders of a page, from the most that is tried."""

SEES_ALL = "read_all_orders"
"""The scope of an app that may see orders of any age."""


@dataclass(frozen=True, slots=True)
class Shopify:
    """Shopify as a kind of shop: an access token, or a client id with its secret, is what it is called by."""

    name: str = "shopify"
    settles_in: timedelta = timedelta(seconds=2)
    """`updatedAt` has whole seconds."""
    lag: timedelta = timedelta(minutes=5)
    opened_by: tuple[tuple[str, ...], ...] = (("access_token",), ("client_id", "client_secret"))
    understands: tuple[str, ...] = ()
    named_by: None = None
    signs_webhooks: bool = True

    def is_signed(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the body was signed by the app's client secret."""
        expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
        return hmac.compare_digest(expected, headers.get("x-shopify-hmac-sha256", "").strip().encode())

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        """A page of the orders that changed since, oldest change first; None: placed on `orders_from` or later.

        Raises `ShopFailed`.
        """
        size, asked, after = _read_cursor(cursor) if cursor else (SIZES[0], _build_filter(calls, since), None)
        size, told = await _fetch_page(calls, size, asked, after)
        page = find_object(told.data, "orders")
        nodes = [node for node in list_objects(page, "nodes") if not _is_earlier(calls, node)]
        orders = [await _read(calls, node) for node in nodes]
        info = find_object(page, "pageInfo")
        end = find_text(info, "endCursor")
        following = f"{size}|{asked}|{end}" if info.get("hasNextPage") and end else None
        return OrderPage(tuple(orders), following, told.at)

    async def find_order(self, calls: ShopCalls, order_id: str) -> ShopOrder | Unreadable | None:
        """One order, None where the shop has no such order; raises `OrderHidden`, `ShopFailed`.

        An order of which sixty days are over is shown only to an app that may see all: to every other it is as one that
        is not there.
        """
        if not re.fullmatch(r"[0-9]{1,20}", order_id):
            return None
        told = await ask(calls, ORDER, id=f"gid://shopify/Order/{order_id}")
        node = find_object(told.data, "order")
        if node:
            return await _read(calls, node)
        scopes = list_objects(find_object(told.data, "currentAppInstallation"), "accessScopes")
        if SEES_ALL in {find_text(scope, "handle") for scope in scopes}:
            return None
        raise OrderHidden("Shopify shows this app no order of more than sixty days ago.")


SHOPIFY = Shopify()


def _build_filter(calls: ShopCalls, since: datetime | None) -> str:
    if since is not None:
        return f"updated_at:>='{_say(since)}'"
    return f"processed_at:>='{_say(find_beginning(calls))}'"


def _is_earlier(calls: ShopCalls, node: Json) -> bool:
    """Whether it was placed before orders are read: a list of what changed since has those too."""
    try:
        return find_placing(node) < find_beginning(calls)
    except OrderUnreadable:
        return False


def _say(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_cursor(cursor: str) -> tuple[int, str, str]:
    size, _, rest = cursor.partition("|")
    asked, _, after = rest.partition("|")
    if not size.isdecimal() or not after:
        raise ShopFailed("The look cannot go on where it was, and begins anew.")
    return int(size), asked, after


async def _fetch_page(calls: ShopCalls, size: int, asked: str, after: str | None) -> tuple[int, Told]:
    for smaller in [each for each in SIZES if each <= size] or [1]:
        try:
            return smaller, await ask(calls, ORDERS, first=smaller, after=after, query=asked)
        except TooDear:
            if smaller == SIZES[-1]:
                raise
    raise AssertionError("the last size answers or raises")


async def _read(calls: ShopCalls, node: Json) -> ShopOrder | Unreadable:
    try:
        number, changed_at = find_number(node, "id"), get_instant(node, "updatedAt")
    except OrderUnreadable as odd:
        raise ShopFailed(f"Shopify lists an order that cannot be told from others: {odd}") from None
    whole, name = await complete(calls, node), find_text(node, "name") or number
    return try_order(number, name, changed_at, lambda: read_order(whole, calls.zone, calls.address))
