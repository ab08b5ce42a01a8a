"""A shop of BigCommerce over HTTP: its orders of V2, its transactions and refunds of V3, and its signed webhooks.

Written from BigCommerce's OpenAPI documents. Its pages are counted, so what changes while somebody turns them moves to
their end. It refuses a wrong token, parameters that an endpoint does not have, and dates that it cannot read.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any

from app.clock import Clock
from tests.shops.bigcommerce_orders import BookedOrder, Good
from tests.shops.stand_in import Call, Reply, StandIn

HASH = "taps"
BELOW = f"/stores/{HASH}"
TOKEN = "token-of-the-api-account"
CLIENT_SECRET = "secret-of-the-api-account"
_PAGES = {"page", "limit"}
_LIST = _PAGES | {
    "sort",
    "include",
    "min_date_modified",
    "max_date_modified",
    "min_date_created",
    "max_date_created",
}
_SORTS: dict[str, Callable[[BookedOrder], Any]] = {
    "id": lambda order: order.id,
    "date_created": lambda order: (order.created.replace(microsecond=0), order.id),
    "date_modified": lambda order: (order.modified.replace(microsecond=0), order.id),
}


class Refused(Exception):
    """A parameter that the endpoint does not take."""


class BigCommerceShop(StandIn):
    """The shop, with its orders and what people do to them."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.orders: list[BookedOrder] = []
        self._orders, self._others = count(101), count(1)

    @property
    def root(self) -> str:
        """The address that a business enters, with the store's hash in it."""
        return f"{self.address}{BELOW}"

    # what people do

    def place(self, *goods: Good, status_id: int = 11, **more: Any) -> BookedOrder:
        """An order that a shopper places."""
        order = BookedOrder(next(self._orders), self.now, self.now, status_id, goods, **more)
        self.orders.append(order)
        return order

    def move(self, order: BookedOrder, status_id: int) -> None:
        """The order is given another status."""
        order.status_id, order.modified = status_id, self.now

    def take(self, order: BookedOrder, event: str, amount: str, **more: Any) -> dict[str, Any]:
        """Something happens at the payment gateway."""
        order.modified = self.now
        transaction = {
            "id": next(self._others),
            "order_id": str(order.id),
            "event": event,
            "method": "credit_card",
            "amount": float(amount),
            "currency": order.currency,
            "gateway": "stripe",
            "date_created": self.now.isoformat(),
            "test": False,
            "status": "ok",
            "fraud_review": False,
            "reference_transaction_id": None,
        } | more
        order.transactions.append(transaction)
        return transaction

    def refund(
        self, order: BookedOrder, amount: str, *paid_by: tuple[str, str], **more: Any
    ) -> dict[str, Any]:
        """Give back an amount, by providers and what each pays."""
        payments = paid_by or (("stripe", amount),)
        refund = {
            "id": next(self._others),
            "order_id": order.id,
            "created": self.now.isoformat(),
            "reason": "Broken",
            "total_amount": float(amount),
            "total_tax": 0,
            "payments": [
                {"id": next(self._others), "provider_id": each, "amount": float(of), "is_declined": False}
                for each, of in payments
            ],
        } | more
        order.refunds.append(refund)
        self.move(order, 4 if float(amount) >= order.total else 14)
        return refund

    # what it answers

    def answer(self, call: Call) -> Reply:
        """What one endpoint says."""
        root = BELOW
        if not call.path.startswith(f"{root}/") or call.method != "GET":
            return Reply(404, {"status": 404, "title": "Not found"})
        if call.headers.get("x-auth-token") != TOKEN:
            return Reply(401, {"status": 401, "title": "Unauthorized"})
        if call.headers.get("accept") != "application/json":
            return Reply(406, {"status": 406, "title": "Not Acceptable"})
        try:
            return self._find(call.path.removeprefix(root).strip("/").split("/"), call.query)
        except (Refused, ValueError) as refused:
            return Reply(400, [{"status": 400, "message": str(refused)}])

    def _find(self, path: list[str], query: Mapping[str, str]) -> Reply:
        if path == ["v3", "orders", "payment_actions", "refunds"]:
            return self._list_refunds(query)
        if path == ["v2", "orders"]:
            return _show_list(
                [each.show(with_fees=_wants_fees(query)) for each in self._search(query)], query
            )
        order = next((each for each in self.orders if [str(each.id)] == path[2:3]), None)
        if path[1] != "orders" or order is None:
            return Reply(404, [{"status": 404, "message": "The requested resource was not found."}])
        if path[0] == "v2" and len(path) == 3:
            _check(query, {"include"})
            return Reply(200, order.show(with_fees=_wants_fees(query)))
        if path[0] == "v3" and path[3:] == ["transactions"]:
            _check(query, set())
            return Reply(200, {"data": order.transactions, "meta": {}}) if order.transactions else Reply(204)
        return self._find_part(order, path[3:], query)

    def _find_part(self, order: BookedOrder, part: list[str], query: Mapping[str, str]) -> Reply:
        if part == ["taxes"]:
            _check(query, _PAGES | {"details"})
            return _show_list(order.show_taxes(with_details=query.get("details") == "true"), query)
        if part in (["products"], ["coupons"]):
            _check(query, _PAGES)
            return _show_list(order.show_products() if part == ["products"] else order.show_coupons(), query)
        return Reply(404, [{"status": 404, "message": "The requested resource was not found."}])

    def _search(self, query: Mapping[str, str]) -> list[BookedOrder]:
        _check(query, _LIST)
        sort, _, direction = query.get("sort", "id").partition(":")
        if sort not in _SORTS or direction not in ("", "asc", "desc"):
            raise Refused(f"sort {query['sort']}")
        modified, created = _date(query, "min_date_modified"), _date(query, "min_date_created")
        found = [
            order
            for order in self.orders
            if (modified is None or order.modified.replace(microsecond=0) >= modified)
            and (created is None or order.created.replace(microsecond=0) >= created)
        ]
        return sorted(found, key=_SORTS[sort], reverse=direction == "desc")

    def _list_refunds(self, query: Mapping[str, str]) -> Reply:
        _check(query, _PAGES | {"order_id:in", "id:in"})
        wanted = query["order_id:in"].split(",")
        found = [refund for order in self.orders if str(order.id) in wanted for refund in order.refunds]
        page, limit = int(query.get("page", 1)), int(query.get("limit", 50))
        shown = found[(page - 1) * limit : page * limit]
        pagination = {"total": len(found), "current_page": page, "total_pages": -(-len(found) // limit)}
        return Reply(200, {"data": shown, "meta": {"pagination": pagination}})

    async def tell(self, url: str, order: BookedOrder, *, secret: str = CLIENT_SECRET) -> int:
        """Send the webhook `store/order/updated`, signed as Standard Webhooks are; answers the status."""
        body, headers = build_webhook(order, secret, self.now)
        return await self.send_webhook(url, body, headers)


def build_webhook(order: BookedOrder, secret: str, now: datetime) -> tuple[bytes, dict[str, str]]:
    """A webhook's body and headers."""
    data = {"type": "order", "id": order.id}
    body = json.dumps({"producer": f"stores/{HASH}", "scope": "store/order/updated", "data": data}).encode()
    stamp = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return body, {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def _check(query: Mapping[str, str], known: set[str]) -> None:
    if unknown := sorted(set(query) - known):
        raise Refused(f"The parameters {unknown} are not supported.")


def _wants_fees(query: Mapping[str, str]) -> bool:
    return "fees" in query.get("include", "").split(",")


def _date(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    moment = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
    return moment.astimezone(UTC)


def _show_list(found: list[dict[str, Any]], query: Mapping[str, str]) -> Reply:
    """A page of a list of V2's; nothing at all where it is empty."""
    page, limit = int(query.get("page", 1)), int(query.get("limit", 50))
    if not 1 <= limit <= 250:
        raise Refused(f"limit {limit}")
    shown = found[(page - 1) * limit : page * limit]
    return Reply(200, shown) if shown else Reply(204)
