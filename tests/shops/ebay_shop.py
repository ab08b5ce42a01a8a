"""eBay, written from the OpenAPI document of its Fulfillment API and its pages on OAuth.

It refuses what its list of errors names: filters and values that it does not know, spans of more than two years, bounds
in the future, pages of more than 200. In which order it lists what changed can be set, since its documentation leaves
that open. Access tokens live two hours.
"""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from app.clock import Clock
from tests.shops.stand_in import Call, Reply, StandIn

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "Plumb-app-PRD-1", "PRD-2f3b", "v^1.1#i^1#r^1#refresh"
_BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
_ORDERS = "/sell/fulfillment/v1/order"
_FILTER = re.compile(r"(creationdate|lastmodifieddate):\[(\S+Z)\.\.(\S+Z)?\]")
_FIELDS = {"creationdate": "creationDate", "lastmodifieddate": "lastModifiedDate"}


class EbayShop(StandIn):
    """A seller with the orders by number."""

    def __init__(self, clock: Clock, currency: str = "USD") -> None:
        super().__init__(clock)
        self._currency = currency
        self.orders: dict[str, dict[str, Any]] = {}
        self.sorts_by = "creationDate"
        self.is_let_in = True
        self._access: dict[str, datetime] = {}

    @property
    def credentials(self) -> dict[str, str]:
        """What the business enters."""
        return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}

    def sell(self, order_id: str, **fields: Any) -> dict[str, Any]:
        """An order is paid now."""
        self.orders[order_id] = self._price(order(order_id, _write(self.now)) | fields)
        return self.orders[order_id]

    def touch(self, order_id: str, **fields: Any) -> None:
        """An order changes."""
        self.orders[order_id] |= {**self._price(fields), "lastModifiedDate": _write(self.now)}

    def _price(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The same in the seller's currency."""
        priced: dict[str, Any] = json.loads(json.dumps(fields).replace('"USD"', f'"{self._currency}"'))
        return priced

    def answer(self, call: Call) -> Reply:
        """As eBay answers."""
        if call.path == "/identity/v1/oauth2/token" and call.method == "POST":
            return self._grant(call)
        ends_at = self._access.get(call.headers.get("authorization", "").removeprefix("Bearer "))
        if ends_at is None or ends_at <= self.now:
            return _refuse(401, 1001, "Invalid access token")
        if call.query.get("fieldGroups", "TAX_BREAKDOWN") != "TAX_BREAKDOWN":
            return _refuse(400, 32800, "Invalid field group")
        if call.path == _ORDERS:
            return self._list(dict(call.query))
        found = self.orders.get(call.path.removeprefix(f"{_ORDERS}/"))
        return Reply(200, found) if found else Reply(404)

    def _grant(self, call: Call) -> Reply:
        form = call.form
        if call.headers.get("authorization") != _BASIC:
            return Reply(
                401, {"error": "invalid_client", "error_description": "client authentication failed"}
            )
        is_fine = form.get("grant_type") == "refresh_token" and form.get("refresh_token") == REFRESH_TOKEN
        if not is_fine or not self.is_let_in or set(form) - {"grant_type", "refresh_token", "scope"}:
            return Reply(400, {"error": "invalid_grant", "error_description": "the refresh token is invalid"})
        access = f"v^1.1#access-{len(self._access) + 1}"
        self._access[access] = self.now + timedelta(hours=2)
        return Reply(200, {"access_token": access, "expires_in": 7200, "token_type": "User Access Token"})

    def _list(self, query: dict[str, str]) -> Reply:
        query.pop("fieldGroups", None)
        limit, offset = query.pop("limit", "50"), query.pop("offset", "0")
        found = _FILTER.fullmatch(query.pop("filter", ""))
        if found is None or query:
            return _refuse(400, 30700, f"Invalid filter name: {query}")
        if not limit.isdigit() or not 1 <= int(limit) <= 200:
            return _refuse(400, 31100, "Invalid limit")
        begin, end = found[2], found[3] or _write(self.now)
        if end > _write(self.now) or begin > _write(self.now):
            return _refuse(400, 30850, "Start and end dates can't be in the future")
        if self.now - datetime.fromisoformat(begin) > timedelta(days=730):
            return _refuse(400, 30830, "Time range between start date and end date must be within '2' years.")
        kept = [each for each in self.orders.values() if begin <= each[_FIELDS[found[1]]] <= end]
        kept.sort(key=lambda each: (each[self.sorts_by], each["orderId"]))
        page = kept[int(offset) : int(offset) + int(limit)]
        return Reply(
            200, {"limit": int(limit), "offset": int(offset), "total": len(kept), "orders": page, "href": "…"}
        )


def _refuse(status: int, number: int, message: str) -> Reply:
    return Reply(status, {"errors": [{"errorId": number, "domain": "API_FULFILLMENT", "message": message}]})


def _write(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def amount(value: str, currency: str = "USD") -> dict[str, str]:
    """An amount as eBay writes it."""
    return {"value": value, "currency": currency}


def order(order_id: str, now: str) -> dict[str, Any]:
    """A paid switch of 80.00 and its delivery of 7.88, with 10.11 of sales tax that eBay collects, as in 2024."""
    ship_to = {"fullName": "Kim Tran", "contactAddress": {"countryCode": "US"}, "email": "k1@members.example"}
    return {
        "orderId": order_id, "legacyOrderId": order_id, "creationDate": now, "lastModifiedDate": now,
        "orderFulfillmentStatus": "NOT_STARTED", "orderPaymentStatus": "PAID", "sellerId": "switches",
        "buyer": {"username": "kim*tran"},
        "pricingSummary": {
            "priceSubtotal": amount("80.0"), "deliveryCost": amount("7.88"), "total": amount("87.88"),
        },
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "paymentSummary": {
            "totalDueSeller": amount("71.86"), "refunds": [],
            "payments": [{
                "paymentMethod": "EBAY", "paymentReferenceId": "420004_S", "paymentDate": now,
                "amount": amount("71.86"), "paymentStatus": "PAID",
            }],
        },
        "fulfillmentStartInstructions": [{"shippingStep": {"shipTo": ship_to}}],
        "lineItems": [line_item()],
        "ebayCollectAndRemitTax": True, "totalFeeBasisAmount": amount("97.99"),
        "totalMarketplaceFee": amount("16.02"),
    }  # fmt: skip


def line_item(line_item_id: str = "10062216439719", **fields: Any) -> dict[str, Any]:
    """A switch of 80.00 and its delivery of 7.88."""
    tax = {"taxType": "STATE_SALES_TAX", "amount": amount("10.11"), "collectionMethod": "NET"}
    return {
        "lineItemId": line_item_id, "legacyItemId": "355590382011", "sku": "SW-1", "title": "Switch", "quantity": 2,
        "lineItemCost": amount("80.0"), "total": amount("87.88"), "listingMarketplaceId": "EBAY_US",
        "deliveryCost": {"shippingCost": amount("7.88")}, "appliedPromotions": [], "taxes": [],
        "ebayCollectAndRemitTaxes": [tax], "refunds": [], **fields,
    }  # fmt: skip
