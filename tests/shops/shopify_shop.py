"""A shop of Shopify over HTTP: it hands out tokens, answers questions in GraphQL, and signs its webhooks.

Written from Shopify's documentation. It refuses a token that it did not give or that has ended, a version of the API
that is not asked for, a search that it does not know, and a question that costs more than `dearest`.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from graphql import GraphQLError

from app.clock import Clock
from tests.shops.shopify_graph import connect, execute, page_of
from tests.shops.shopify_orders import BookedOrder, Item, Money, build_line, build_transaction, new_id
from tests.shops.stand_in import Call, Reply, StandIn

GRAPHQL = "/admin/api/2026-07/graphql.json"
TOKEN = "shpat_made_in_the_admin"
TOKENS = "/admin/oauth/access_token"
_SEARCH = re.compile(r"(updated_at|processed_at):>='(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'")
_SORTS = {"UPDATED_AT": "updated_at", "PROCESSED_AT": "at"}
_LIVES = 86_399


class ShopifyShop(StandIn):
    """The shop, with its orders and what people do to them."""

    def __init__(self, clock: Clock, *, token: str | None = TOKEN, dearest: int = 10_000) -> None:
        super().__init__(clock)
        self.client_id, self.client_secret = "client-of-the-app", "secret-of-the-app"
        self.dearest = dearest
        self.orders: list[BookedOrder] = []
        self.scopes = ["read_all_orders", "read_customers", "read_orders"]
        self._tokens: dict[str, datetime | None] = {token: None} if token else {}
        self._names = count(1001)

    # what people do

    def place(
        self,
        *items: Item,
        has_tax: bool = True,
        shipping: Item | None = None,
        money: Money | None = None,
        **more: Any,
    ) -> BookedOrder:
        """An order that a customer places."""
        order = BookedOrder(
            id=new_id("Order"),
            name=f"#{next(self._names)}",
            at=self.now,
            updated_at=self.now,
            money=money or Money("AUD", "AUD"),
            has_tax=has_tax,
            lines=[build_line("LineItem", item, has_tax) for item in items],
            shipping=[build_line("ShippingLine", shipping, has_tax)] if shipping else [],
            **more,
        )
        self.orders.append(order)
        return order

    def take(self, order: BookedOrder, kind: str, amount: str, **more: Any) -> dict[str, Any]:
        """Something happens at the payment gateway."""
        order.updated_at = self.now
        transaction = build_transaction(order, kind, amount, self.now, **more)
        order.transactions.append(transaction)
        return transaction

    def refund(
        self,
        order: BookedOrder,
        quantities: Mapping[int, int] | None = None,
        *,
        shipping: str = "0",
        money: str | None = None,
        note: str | None = None,
        **transaction: Any,
    ) -> dict[str, Any]:
        """Give back some of some lines, by their places, and of the shipping; `money` in place of what that comes to.

        Money of nothing is an edit of the order: what is removed is owed no more, and nothing goes back.
        """
        order.updated_at = self.now
        parts = [order.worth(order.lines[place], many) for place, many in (quantities or {}).items()]
        reckoned = sum((net + (0 if order.has_tax else tax) for net, tax in parts), Decimal(0)) + Decimal(
            shipping
        )
        given = reckoned if money is None else Decimal(money)
        is_edit = money is not None and not given
        taken = [] if is_edit else [self.take(order, "REFUND", str(given), **transaction)]
        refund: dict[str, Any] = {
            "id": new_id("Refund"),
            "note": note,
            "createdAt": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "processedAt": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "refundLineItems": connect([self._show_part(order, net, tax) for net, tax in parts]),
            "refundShippingLines": connect(self._show_shipping(order, shipping)),
            "duties": [],
            "orderAdjustments": connect(
                [] if is_edit or given == reckoned else [self._adjust(order, reckoned - given)]
            ),
            "transactions": connect(taken),
        }
        order.refunds.append(refund)
        order.given += reckoned if is_edit else given
        return refund

    def cancel(self, order: BookedOrder) -> None:
        """The order is called off."""
        order.cancelled_at = order.updated_at = self.now

    def _show_part(self, order: BookedOrder, net: Decimal, tax: Decimal) -> dict[str, Any]:
        bag = order.money.bag
        return {
            "id": new_id("RefundLineItem"),
            "quantity": 1,
            "subtotalSet": bag(net),
            "totalTaxSet": bag(tax),
        }

    def _show_shipping(self, order: BookedOrder, shipping: str) -> list[dict[str, Any]]:
        if not Decimal(shipping):
            return []
        bag, tax = order.money.bag, Decimal(0)
        amount = bag(Decimal(shipping))
        return [{"id": new_id("RefundShippingLine"), "subtotalAmountSet": amount, "taxAmountSet": bag(tax)}]

    def _adjust(self, order: BookedOrder, discrepancy: Decimal) -> dict[str, Any]:
        return {
            "id": new_id("OrderAdjustment"),
            "reason": "REFUND_DISCREPANCY",
            "amountSet": order.money.bag(discrepancy),
            "taxAmountSet": order.money.bag(Decimal(0)),
        }

    # what it answers

    def answer(self, call: Call) -> Reply:
        """A token, or what a question is answered."""
        if (call.method, call.path) == ("POST", TOKENS):
            return self._grant(call)
        if (call.method, call.path) == ("POST", GRAPHQL):
            return self._ask(call)
        return Reply(404, {"errors": "Not Found"})

    def _grant(self, call: Call) -> Reply:
        wanted = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        if call.headers.get("content-type") != "application/x-www-form-urlencoded" or call.form != wanted:
            return Reply(400, {"error": "invalid_request"})
        token = f"shpat_{len(self._tokens)}"
        self._tokens[token] = self.now + timedelta(seconds=_LIVES)
        return Reply(200, {"access_token": token, "scope": "read_orders", "expires_in": _LIVES})

    def _ask(self, call: Call) -> Reply:
        token = call.headers.get("x-shopify-access-token", "")
        ends = self._tokens.get(token)
        if token not in self._tokens or (ends is not None and ends <= self.now):
            return Reply(
                401,
                {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"},
            )
        if set(call.json) - {"query", "variables", "operationName"}:
            return Reply(400, {"errors": "Bad Request"})
        scopes = [{"handle": scope, "description": scope} for scope in self.scopes]
        root = {
            "orders": self._list,
            "order": self._find,
            "refund": self._find_refund,
            "currentAppInstallation": {"accessScopes": scopes},
        }
        return Reply(200, execute(call.json, root, self.dearest))

    @property
    def _accessible(self) -> list[BookedOrder]:
        """What this app may see: sixty days, or all."""
        if "read_all_orders" in self.scopes:
            return self.orders
        return [order for order in self.orders if order.at > self.now - timedelta(days=60)]

    def _list(
        self,
        info: object,
        first: int | None = None,
        after: str | None = None,
        sortKey: str = "PROCESSED_AT",  # noqa: N803 - Shopify's own name
        query: str | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        wanted = self._search(query)
        by = _SORTS[sortKey]
        found = sorted(filter(wanted, self._accessible), key=lambda one: (getattr(one, by), one.id))
        return page_of([one.show() for one in found], first, after, lambda node: str(node["id"]))

    def _search(self, query: str | None) -> Callable[[BookedOrder], bool]:
        if query is None:
            return lambda order: True
        found = _SEARCH.fullmatch(query)
        if found is None:
            raise GraphQLError(f"this shop does not know the search {query!r}")
        start = datetime.fromisoformat(found[2])
        if found[1] == "updated_at":
            return lambda order: order.updated_at.replace(microsecond=0) >= start
        return lambda order: order.at.replace(microsecond=0) >= start

    def _find(self, info: object, id: str) -> dict[str, Any] | None:  # noqa: A002 - Shopify's own name
        return next((order.show() for order in self._accessible if order.id == id), None)

    def _find_refund(self, info: object, id: str) -> dict[str, Any] | None:  # noqa: A002
        return next((refund for order in self.orders for refund in order.refunds if refund["id"] == id), None)

    async def tell(self, url: str, order: BookedOrder, *, secret: str | None = None) -> int:
        """Send the webhook `orders/updated`; answers the status."""
        body = json.dumps({"admin_graphql_api_id": order.id, "name": order.name}).encode()
        digest = hmac.new((secret or self.client_secret).encode(), body, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json",
            "X-Shopify-Topic": "orders/updated",
            "X-Shopify-Hmac-SHA256": base64.b64encode(digest).decode(),
        }
        return await self.send_webhook(url, body, headers)
