"""Magento 2 Open Source and Adobe Commerce: orders by their REST API, asked only.

Calls (Adobe Commerce Web API: "Search using REST endpoints"; `GET /V1/orders`, `/V1/orders/{id}`, `/V1/invoices` and
`/V1/creditmemos`): `searchCriteria` with filter groups (all must hold), sort orders, `pageSize` and `currentPage`.
Instants are UTC, as "2026-11-20 03:15:00". A page behind the last is answered with the last page again (issue 3787 of
magento/magento2), so the end is told by `total_count`. Not confirmed: which pages a shop allows; fifty are asked for,
and the default upper bound, where one is set, is three hundred.

Access (Adobe Commerce Web API, "Token-based authentication"): the access token of an integration, as a bearer token.
It does not end. Since 2.4.4 a shop takes it alone only where Stores > Configuration > Services > OAuth > Consumer
Settings > "Allow OAuth Access Tokens to be used as standalone Bearer tokens" is Yes. The integration needs Sales >
Operations: orders, invoices and credit memos.

What was paid and refunded stands in invoices and credit memos of their own, which are asked for a page of orders at a
time, and only where an order has any. `updated_at` of an order moves with every write to its row (`db_schema.xml` of
Magento_Sales), which both make.

Webhooks are left: Magento Open Source sends none. Adobe Commerce can sign its own (Adobe Commerce Extensibility,
"Webhooks signature verification"), but a shop waits for the answer to each before it goes on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from app.shops.fields import has_amount
from app.shops.first_day import find_beginning
from app.shops.order import ShopOrder
from app.shops.platform import Answer, OrderPage, ShopCalls, ShopFailed, Unreadable
from app.shops.platforms.magento.orders import Books, read_order
from app.shops.walk import Place

PAGE_SIZE = 50
"""An order may be long, since its items stand in it twice."""
MOST_PAGES = 50
"""Of invoices or credit memos of one page of orders."""

ORDERS_PATH = "/rest/V1/orders"
INVOICES_PATH = "/rest/V1/invoices"
CREDIT_MEMOS_PATH = "/rest/V1/creditmemos"

Criterion = tuple[str, str, str]
"""A field, how it is compared, and with what."""


class Magento:
    """Shops that run Magento 2. Their address is the shop's own, below which /rest is."""

    name = "magento"
    settles_in = timedelta(seconds=2)
    # An order is listed once its transaction has ended, with the instant at which that wrote it.
    lag = timedelta(minutes=5)
    opened_by = (("access_token",),)
    understands = ()
    named_by = None
    signs_webhooks = False

    def is_signed(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Never: Magento is asked only."""
        return False

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        """A page of orders with what was paid and refunded, the oldest change first; raises `ShopFailed`."""
        place = Place.parse(cursor) if cursor else Place("" if since is None else _write_instant(since))
        criteria = [("updated_at", "gteq", place.since)] if place.since else []
        criteria.append(("created_at", "gteq", _write_instant(find_beginning(calls))))
        answer = await _get(calls, ORDERS_PATH, _build_search(criteria, place.page, "updated_at"))
        orders = _list_items(answer, ORDERS_PATH)
        if not all(_is_order(order) for order in orders):
            raise ShopFailed("The shop's list of orders is not of the form that Magento documents.")
        is_full = orders and answer.body.get("total_count", 0) > (place.page + 1) * PAGE_SIZE
        return OrderPage(
            tuple(await _read_orders(calls, orders)),
            place.after(orders[-1]["updated_at"]).cursor if is_full else None,
            answer.at,
        )

    async def find_order(self, calls: ShopCalls, order_id: str) -> ShopOrder | Unreadable | None:
        """An order by its id, None where the shop has none; raises `ShopFailed`."""
        answer = await _get(calls, f"{ORDERS_PATH}/{quote(order_id, safe='')}", {})
        if answer.status == 404:
            return None
        if not _is_order(answer.body):
            raise ShopFailed(f"The shop's order {order_id} is not of the form that Magento documents.")
        return (await _read_orders(calls, [answer.body]))[0]


MAGENTO = Magento()


async def _read_orders(calls: ShopCalls, orders: list[Any]) -> list[ShopOrder | Unreadable]:
    invoices = await _list_of_orders(calls, INVOICES_PATH, _ids(orders, "base_total_invoiced"))
    memos = await _list_of_orders(calls, CREDIT_MEMOS_PATH, _ids(orders, "base_total_refunded"))
    return [read_order(order, Books(invoices[_id(order)], memos[_id(order)]), calls.zone) for order in orders]


def _id(order: Mapping[str, Any]) -> int:
    return int(order["entity_id"])


def _ids(orders: Iterable[Mapping[str, Any]], amount: str) -> list[int]:
    """Of the orders in which this amount is not nothing; Magento leaves out what was never set."""
    return [_id(order) for order in orders if has_amount(order, amount)]


async def _list_of_orders(calls: ShopCalls, path: str, order_ids: list[int]) -> Mapping[int, list[Any]]:
    """Everything of that kind of those orders, by order."""
    found = defaultdict[int, list[Any]](list)
    wanted = ",".join(map(str, order_ids))
    for page in range(MOST_PAGES if order_ids else 0):
        answer = await _get(calls, path, _build_search([("order_id", "in", wanted)], page, "entity_id"))
        items = _list_items(answer, path)
        for item in items:
            found[int(item["order_id"])].append(item)
        if answer.body.get("total_count", 0) <= (page + 1) * PAGE_SIZE:
            return found
    if order_ids:
        raise ShopFailed(f"{path} of the shop does not end within {MOST_PAGES} pages.")
    return found


def _build_search(criteria: Iterable[Criterion], page: int, sorted_by: str) -> dict[str, str]:
    search = {"searchCriteria[pageSize]": str(PAGE_SIZE), "searchCriteria[currentPage]": str(page + 1)}
    for index, (name, how, value) in enumerate(criteria):
        prefix = f"searchCriteria[filter_groups][{index}][filters][0]"
        search |= {
            f"{prefix}[field]": name,
            f"{prefix}[value]": value,
            f"{prefix}[condition_type]": how,
        }
    for index, name in enumerate(dict.fromkeys((sorted_by, "entity_id"))):
        prefix = f"searchCriteria[sortOrders][{index}]"
        search |= {f"{prefix}[field]": name, f"{prefix}[direction]": "ASC"}
    return search


async def _get(calls: ShopCalls, path: str, asked: Mapping[str, str]) -> Answer:
    # It can answer XML as well, so the form is asked for.
    headers = {
        "authorization": f"Bearer {calls.credentials['access_token']}",
        "accept": "application/json",
    }
    return await calls.get(path, asked, headers)


def _list_items(answer: Answer, path: str) -> list[Any]:
    if answer.status == 404:
        raise ShopFailed(
            f"There is no {path} at the address: is it the shop's own, below which Magento has /rest?",
            status=404,
        )
    items = answer.body.get("items", 0) if isinstance(answer.body, dict) else 0
    if items is None:
        return []  # As Magento writes an empty list, now and then.
    if not isinstance(items, list):
        raise ShopFailed(f"The shop's answer from {path} is not of the form that Magento documents.")
    return items


def _is_order(body: Any) -> bool:
    """Whether it can be named and told apart from what it was before."""
    if not isinstance(body, dict) or not isinstance(body.get("increment_id"), str):
        return False
    try:
        datetime.fromisoformat(body["updated_at"])
        return int(body["entity_id"]) > 0
    except (KeyError, TypeError, ValueError):
        return False


def _write_instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
