"""eBay: orders of the Sell Fulfillment API, asked only.

Calls (eBay "Fulfillment API" v1.20, OpenAPI 3, `getOrders` and `getOrder`): `filter=lastmodifieddate:[from..to]` or
`creationdate:[from..]` (ISO 8601, UTC), `limit` of at most 200, `offset`, `fieldGroups=TAX_BREAKDOWN` for the taxes.
eBay hands out orders of the last two years, and refuses bounds in its future and spans of more than that. Without a
filter it would answer 90 days. Purchases that wait for a payment without which nothing is sent are not listed at all.

Tokens (eBay "Using a refresh token to update a User access token"): client id and secret as HTTP Basic, an access
token lives two hours, and the refresh token some 18 months and stays the same. The scope is
`sell.fulfillment.readonly`.

Orders of a span of creation come the first created first. Not confirmed: in which order those come that are filtered
by their last change. So an order's place in the list is not trusted: the span is closed at eBay's clock after the
first page, within which the list can only grow shorter, by orders that change again. Each page has the length of the
whole; by as many as are gone since the page before, the next one begins earlier. A story: 120 orders, 100 a page; one
of the first page changes and leaves, so that the second page would begin one too late; its length says 119, and the
orders from the 100th on are asked for.

Notifications are left (Notification API v1.6.7): each is signed with a key that must be fetched from eBay by the id
that the notification names (`getPublicKey`), their endpoint is made by calls and answers a challenge, and a
subscription wants a consent with a scope of its own. What is polled every quarter of an hour misses nothing without
them.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from app.shops.first_day import drop_earlier, find_beginning
from app.shops.order import ShopOrder
from app.shops.own_tax import HOME_COUNTRY, OWN_TAX
from app.shops.platform import (
    Answer,
    CredentialsRefused,
    OrderHidden,
    OrderPage,
    ShopCalls,
    ShopFailed,
    Unreadable,
)
from app.shops.platforms.ebay.orders import read_order
from app.shops.tokens import REFRESH_TOKEN, call_with_token

PAGE_SIZE = 100
SELLER = "seller_id"
"""Whose orders were read: all sellers have one address. It is kept when the first order says it (`Order.sellerId`)."""
OLDEST = timedelta(days=2 * 365 - 1)
"""Of two years, less a day for two clocks and the calls of a look."""

ORDERS_PATH = "/sell/fulfillment/v1/order"
TOKEN_PATH = "/identity/v1/oauth2/token"  # noqa: S105 - where one is asked for


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a walk is: which orders, how many are behind it, and how many there were in all."""

    criterion: str
    offset: int
    length: int

    @classmethod
    def parse(cls, cursor: str) -> "_Place":
        criterion, offset, length = cursor.split("|")
        return cls(criterion, int(offset), int(length))

    @property
    def cursor(self) -> str:
        return f"{self.criterion}|{self.offset}|{self.length}"


class Ebay:
    """Sellers on eBay. Their address is eBay's API's: https://api.ebay.com, of the sandbox api.sandbox.ebay.com."""

    name = "ebay"
    settles_in = timedelta(seconds=2)
    lag = timedelta(minutes=5)
    opened_by = (("client_id", "client_secret", REFRESH_TOKEN),)
    understands = (OWN_TAX, HOME_COUNTRY)
    named_by = SELLER
    signs_webhooks = False

    def is_signed(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Never: eBay is asked only."""
        return False

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        """A page of orders; raises `ShopFailed`."""
        place = _Place.parse(cursor) if cursor else _Place(self._begin(calls, since), 0, 0)
        asked = {
            "filter": place.criterion,
            "limit": str(PAGE_SIZE),
            "offset": str(place.offset),
            "fieldGroups": "TAX_BREAKDOWN",
        }
        answer = await self._get(calls, ORDERS_PATH, asked)
        orders, length = _list_orders(answer)
        await _check_seller(calls, orders)
        return OrderPage(
            # With both bounds eBay goes by the one of creation alone.
            drop_earlier(calls, (read_order(order, calls.zone, calls.credentials) for order in orders)),
            _find_next(place, orders, length, answer),
            answer.at,
        )

    async def find_order(self, calls: ShopCalls, order_id: str) -> ShopOrder | Unreadable | None:
        """An order by its id, None where the seller has none; raises `OrderHidden`, `ShopFailed`."""
        path = f"{ORDERS_PATH}/{quote(order_id, safe='')}"
        try:
            answer = await self._get(calls, path, {"fieldGroups": "TAX_BREAKDOWN"})
        except ShopFailed as failed:
            if failed.status != 400 or isinstance(failed, CredentialsRefused):
                raise
            # Its error 32100: no order's id, or none of the last two years. Ours are orders' ids.
            raise OrderHidden("eBay shows no order of more than two years ago.") from None
        if answer.status == 404:
            return None
        if not _is_order(answer.body):
            raise ShopFailed(f"eBay's order {order_id} is not of the form that it documents.")
        return read_order(answer.body, calls.zone, calls.credentials)

    def _begin(self, calls: ShopCalls, since: datetime | None) -> str:
        oldest = calls.now() - OLDEST
        if since is not None:
            return f"lastmodifieddate:[{_instant(max(since, oldest))}..]"
        begins_at = min(max(find_beginning(calls), oldest), calls.now())
        return f"creationdate:[{_instant(begins_at)}..]"

    async def _get(self, calls: ShopCalls, path: str, asked: Mapping[str, str]) -> Answer:
        async def grant(refresh_token: str) -> Answer:
            pair = f"{calls.credentials['client_id']}:{calls.credentials['client_secret']}"
            basic = base64.b64encode(pair.encode()).decode("ascii")
            form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
            return await calls.post(TOKEN_PATH, form=form, headers={"authorization": f"Basic {basic}"})

        async def call(token: str) -> Answer:
            return await calls.get(path, asked, {"authorization": f"Bearer {token}"})

        return await call_with_token(calls, grant, call)


EBAY = Ebay()


def _find_next(place: _Place, orders: list[Any], length: int, answer: Answer) -> str | None:
    """The cursor of the page after; it is further back by what has left the list since the page before."""
    gone = max(0, place.length - length)
    offset = max(0, place.offset - gone) if gone else place.offset + len(orders)
    if offset >= length or not (orders or gone):
        return None
    # Closed once, since eBay refuses an end that lies in its future, and its clock is known with its answer.
    criterion = place.criterion.replace("..]", f"..{_instant(answer.at)}]")
    return _Place(criterion, offset, length).cursor


def _list_orders(answer: Answer) -> tuple[list[Any], int]:
    body = answer.body if isinstance(answer.body, dict) else {}
    orders, length = body.get("orders"), body.get("total")
    if not isinstance(orders, list) or type(length) is not int or not all(map(_is_order, orders)):
        raise ShopFailed("eBay's list of orders is not of the form that it documents.")
    return orders, length


async def _check_seller(calls: ShopCalls, orders: list[Any]) -> None:
    """Credentials of another seller would mix the orders of two; raises `ShopFailed`."""
    told = sorted({order["sellerId"] for order in orders if isinstance(order.get("sellerId"), str)})
    known = calls.credentials.get(SELLER)
    if told and known is None:
        known = told[0]
        await calls.renew({**calls.credentials, SELLER: known}, None)
    others = [seller for seller in told if seller != known]
    if others:
        raise ShopFailed(
            f"These are orders of eBay's seller {others[0]}, and this connection has those of {known}. Set credentials "
            f"of {known}; or, where that is the same business under another name, set these once more with "
            "is_same_shop; another seller needs a connection of its own."
        )


def _is_order(body: Any) -> bool:
    """Whether it can be named and told apart from what it was before."""
    if not isinstance(body, dict) or not isinstance(body.get("orderId"), str):
        return False
    try:
        return datetime.fromisoformat(body["lastModifiedDate"]).tzinfo is not None
    except (KeyError, TypeError, ValueError):
        return False


def _instant(at: datetime) -> str:
    """As eBay writes instants, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
