"""WooCommerce: orders by its REST API, version 3, with a consumer key and secret.

Sources: the pages "Authentication", "Pagination", "Orders" and "Refunds" of WooCommerce REST API docs v3, and of
WooCommerce's own source the controllers of orders (`WC_REST_CRUD_Controller`, `WC_REST_Orders_V2_Controller`), the
class `WC_Webhook` and the function `wc_create_refund`.

- GET /wp-json/wc/v3/orders takes `modified_after`, `after` (both exclusive), `dates_are_gmt`, `orderby=modified`,
  `order`, `per_page` (100 at most) and `page`. `status` is `any` by default, which leaves out what is in the trash;
  by id an order in the trash is answered.
- Dates come in the shop's time zone and, under names that end in `_gmt`, in UTC without saying so, to the second. A
  refund, and a change of status, moves `date_modified`.
- `total` of an order is with tax and stays when something is refunded. A line has `total` and `total_tax` after
  discounts, `subtotal` and `subtotal_tax` before them. `refunds` names no day, so an order that has any costs one more
  call.
- A webhook carries the base64 of HMAC-SHA256 over its body in X-WC-Webhook-Signature. When a webhook is saved, its
  address is tried with the body `webhook_id=<number>`, unsigned.

An order is paid where it has `date_paid`: a gateway that takes the money sets it, and so does whoever completes an
order that is paid on delivery. One payment of the whole is told then; what was paid in parts by a plugin is not seen.

Not confirmed: that the trash moves `date_modified` where orders are in tables of their own; that the address of an
order's page in wp-admin leads on to it there; and which Date a server in front of the shop adds, so each look begins
five minutes before the last.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from app.shops.attempt import try_order
from app.shops.fields import Json, find_instant, find_text, get_text
from app.shops.first_day import find_beginning
from app.shops.order import ShopOrder
from app.shops.platform import Answer, Listed, OrderPage, OrderUnreadable, ShopCalls, ShopFailed, Unreadable
from app.shops.platforms.woocommerce.orders import find_number, read_order

ORDERS = "wp-json/wc/v3/orders"
PAGE_SIZE = 25
"""As many calls for refunds a page may cost."""

WHOLE_PAGE_SIZE = 50
"""Of a list of everything, which costs no other calls."""

MOST_REFUNDS = 100
"""All that one page of refunds holds."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When an order changed that does not say it, which is told and stops no other."""

A_SECOND = timedelta(seconds=1)
"""The tick of the shop's clock."""

_PING = re.compile(rb"webhook_id=\d+")


class WooCommerce:
    """The platform; see the module."""

    name = "woocommerce"
    settles_in = A_SECOND
    # A server in front of the shop, as of a network that delivers its pages, dates answers by a clock of its own.
    lag = timedelta(minutes=5)
    opened_by = (("consumer_key", "consumer_secret"),)
    understands = ()
    named_by = None
    signs_webhooks = True

    def is_signed(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a webhook is the shop's own."""
        digest = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
        return hmac.compare_digest(digest.encode(), headers.get("x-wc-webhook-signature", "").encode())

    def is_ping(self, body: bytes) -> bool:
        """Whether it only asks whether somebody listens, as a webhook does when it is saved; nobody signs that."""
        return _PING.fullmatch(body) is not None

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        """Orders by the instant of their last change.

        Pages go on from the last change that was seen, not by their number: an order that changes meanwhile leaves its
        place, and the one after it would be passed over. Only of orders that changed in one second, more than a page of
        them, the number counts.
        """
        size = PAGE_SIZE if since else WHOLE_PAGE_SIZE
        after, page = _read_cursor(cursor) if cursor else (since and since - A_SECOND, 1)
        answer = await calls.get(ORDERS, _build_query(calls, after, page, size), _authorise(calls))
        found = _check_list(answer)
        orders = [await self._read(calls, one) if since else await self._list(calls, one) for one in found]
        return OrderPage(tuple(orders), _find_next(orders, size, after, page), answer.at)

    async def find_order(self, calls: ShopCalls, order_id: str) -> ShopOrder | Unreadable | None:
        """One order, by its id."""
        if not order_id.isdigit():
            return None
        answer = await calls.get(f"{ORDERS}/{order_id}", {"dp": "4"}, _authorise(calls))
        if answer.status == 404:
            return None
        if not _is_order(answer.body):
            raise ShopFailed("The shop's answer is no order.")
        return await self._read(calls, answer.body)

    async def _list(self, calls: ShopCalls, order: Json) -> ShopOrder | Unreadable | Listed:
        """An order of a list of everything: its refunds are asked for where it is news alone."""
        changed_at = _find_change(order)
        if changed_at is NEVER or not order.get("refunds"):
            return await self._read(calls, order)
        return Listed(get_text(order, "id"), changed_at, partial(self._read, calls, order))

    async def _read(self, calls: ShopCalls, order: Json) -> ShopOrder | Unreadable:
        order_id, changed_at = get_text(order, "id"), _find_change(order)
        refunds = await _fetch_refunds(calls, order_id) if order.get("refunds") else []

        def build() -> ShopOrder:
            if changed_at is NEVER:
                raise OrderUnreadable("It does not say when it last changed.")
            if len(refunds) >= MOST_REFUNDS:
                raise OrderUnreadable(f"It has {MOST_REFUNDS} refunds or more.")
            return read_order(calls.address, order, refunds, changed_at)

        return try_order(order_id, find_number(order), changed_at, build)


WOOCOMMERCE = WooCommerce()


def _authorise(calls: ShopCalls) -> dict[str, str]:
    said = f"{calls.credentials['consumer_key']}:{calls.credentials['consumer_secret']}"
    return {
        "authorization": f"Basic {base64.b64encode(said.encode()).decode()}",
        "accept": "application/json",
    }


def _build_query(calls: ShopCalls, after: datetime | None, page: int, size: int) -> dict[str, str]:
    # `after` leaves out the instant itself.
    first = find_beginning(calls) - A_SECOND
    asked = {
        "after": _write_utc(first),
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "per_page": str(size),
        "page": str(page),
        "dp": "4",
    }
    return asked | ({"modified_after": _write_utc(after)} if after else {})


def _check_list(answer: Answer) -> list[Json]:
    if answer.status == 404:
        raise ShopFailed(
            "There is no WooCommerce REST API at the address: is it the shop's own, with permalinks switched on?",
            status=404,
        )
    if not isinstance(answer.body, list) or not all(map(_is_order, answer.body)):
        raise ShopFailed("The shop's answer is no list of orders.")
    return answer.body


def _is_order(body: Any) -> bool:
    """Whether it can be named."""
    return isinstance(body, dict) and find_text(body, "id") is not None


def _find_next(
    orders: Sequence[ShopOrder | Unreadable | Listed], size: int, after: datetime | None, page: int
) -> str | None:
    """Where the page after begins; None when this one was not full."""
    if len(orders) < size:
        return None
    last = max(one.changed_at for one in orders) - A_SECOND
    further = last.replace(microsecond=0)
    if after is None or further > after:
        return f"{further.isoformat()}|1"
    return f"{after.isoformat()}|{page + 1}"


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    after, _, page = cursor.partition("|")
    return datetime.fromisoformat(after), int(page)


async def _fetch_refunds(calls: ShopCalls, order_id: str) -> list[Json]:
    asked = {"per_page": str(MOST_REFUNDS), "dp": "4"}
    answer = await calls.get(f"{ORDERS}/{order_id}/refunds", asked, _authorise(calls))
    if not isinstance(answer.body, list):
        raise ShopFailed(f"The refunds of order {order_id} are no list.")
    return answer.body


def _find_change(order: Json) -> datetime:
    try:
        return find_instant(order, "date_modified_gmt") or NEVER
    except OrderUnreadable:
        return NEVER


def _write_utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
