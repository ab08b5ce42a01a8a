"""Etsy, written from the OpenAPI document of its Open API v3 and its page on authentication.

It checks the types and bounds of every parameter, the key in `x-api-key`, and access tokens, which live an hour. Each
refresh brings another refresh token; whether the one of before goes on working can be set. Its webhooks are signed by
the library of Standard Webhooks.
"""

import base64
import json
from datetime import timedelta
from typing import Any

from standardwebhooks import Webhook

from app.clock import Clock
from tests.shops.stand_in import Call, Reply, StandIn

SHOP_ID, KEYSTRING, SHARED_SECRET = "27652660", "aa1bb22cc333dd4444ee555f", "k9x8w7v6u5"
SIGNING_SECRET = "whsec_" + base64.b64encode(b"of the webhook portal").decode()
_BOUNDS = ("min_created", "max_created", "min_last_modified", "max_last_modified")
_SINCE_2000 = 946684800
_RECEIPTS = f"/v3/application/shops/{SHOP_ID}/receipts"


class EtsyShop(StandIn):
    """A shop with its receipts by number."""

    def __init__(self, clock: Clock, currency: str = "USD") -> None:
        super().__init__(clock)
        self._currency = currency
        self.receipts: dict[int, dict[str, Any]] = {}
        self.takes_each_once = False
        self.is_let_in = True
        self._refreshes = ["12345678.first-refresh"]
        self._access: dict[str, Any] = {}

    @property
    def credentials(self) -> dict[str, str]:
        """What the business enters, with the newest refresh token."""
        return {
            "shop_id": SHOP_ID, "keystring": KEYSTRING, "shared_secret": SHARED_SECRET,
            "refresh_token": self._refreshes[-1],
        }  # fmt: skip

    def sell(self, receipt_id: int, **fields: Any) -> dict[str, Any]:
        """A receipt is made now."""
        now = int(self.now.timestamp())
        self.receipts[receipt_id] = self._price(receipt(receipt_id, now) | fields)
        return self.receipts[receipt_id]

    def touch(self, receipt_id: int, **fields: Any) -> None:
        """A receipt is updated."""
        now = int(self.now.timestamp())
        self.receipts[receipt_id] |= {
            **self._price(fields),
            "update_timestamp": now,
            "updated_timestamp": now,
        }

    def _price(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The same in the shop's currency."""
        priced: dict[str, Any] = json.loads(json.dumps(fields).replace('"USD"', f'"{self._currency}"'))
        return priced

    async def tell(
        self, url: str, receipt_id: int, *, secret: str = SIGNING_SECRET, shop_id: str = SHOP_ID
    ) -> int:
        """Send the webhook `order.paid`; answers the status."""
        body = json.dumps({
            "event_type": "order.paid", "shop_id": int(shop_id),
            "resource_url": f"https://api.etsy.com/v3/application/shops/{shop_id}/receipts/{receipt_id}",
        })  # fmt: skip
        stamp = str(int(self.now.timestamp()))
        headers = {
            "webhook-id": "msg_1", "webhook-timestamp": stamp,
            "webhook-signature": Webhook(secret).sign("msg_1", self.now, body),
        }  # fmt: skip
        return await self.send_webhook(url, body.encode(), headers)

    def take_back(self) -> None:
        """Every access token is worth nothing from now on."""
        self._access.clear()

    def answer(self, call: Call) -> Reply:
        """As Etsy answers."""
        if call.path == "/v3/public/oauth/token" and call.method == "POST":
            return self._grant(call.form)
        if call.headers.get("x-api-key") != f"{KEYSTRING}:{SHARED_SECRET}":
            return Reply(403, {"error": "Shared secret is required in x-api-key header"})
        ends_at = self._access.get(call.headers.get("authorization", "").removeprefix("Bearer "))
        if ends_at is None or ends_at <= self.now:
            return Reply(401, {"error": "invalid_token", "error_description": "access token is expired"})
        if call.path == _RECEIPTS:
            return self._list(dict(call.query))
        found = (
            self.receipts.get(int(call.path.rpartition("/")[2])) if call.path.startswith(_RECEIPTS) else None
        )
        return Reply(200, found) if found else Reply(404, {"error": "Could not find a Shop Receipt"})

    def _grant(self, form: dict[str, str]) -> Reply:
        if set(form) != {"grant_type", "client_id", "refresh_token"} or form["client_id"] != KEYSTRING:
            return Reply(400, {"error": "invalid_request", "error_description": "client_id is required"})
        taken = self._refreshes[-1:] if self.takes_each_once else self._refreshes
        if form["grant_type"] != "refresh_token" or form["refresh_token"] not in taken or not self.is_let_in:
            return Reply(400, {"error": "invalid_grant", "error_description": "refresh_token is revoked"})
        number = len(self._refreshes)
        self._refreshes.append(f"12345678.refresh-{number}")
        access = f"12345678.access-{number}"
        self._access[access] = self.now + timedelta(hours=1)
        return Reply(
            200,
            {
                "access_token": access, "token_type": "Bearer", "expires_in": 3600,
                "refresh_token": self._refreshes[-1],
            },
        )  # fmt: skip

    def _list(self, query: dict[str, str]) -> Reply:
        limit, offset = int(query.pop("limit", "25")), int(query.pop("offset", "0"))
        sort_on, order = query.pop("sort_on", "created"), query.pop("sort_order", "desc")
        bounds = {name: int(query.pop(name)) for name in _BOUNDS if name in query}
        is_fine = 1 <= limit <= 100 and offset >= 0 and sort_on in ("created", "updated", "receipt_id")
        is_fine &= order in ("asc", "desc") and all(each >= _SINCE_2000 for each in bounds.values())
        if query or not is_fine:
            return Reply(400, {"error": f"Invalid parameters: {query or bounds}"})
        kept = [
            each
            for each in self.receipts.values()
            if bounds.get("min_created", 0) <= each["created_timestamp"]
            and bounds.get("min_last_modified", 0) <= each["updated_timestamp"]
        ]
        key = {"created": "created_timestamp", "updated": "updated_timestamp"}.get(sort_on, sort_on)
        kept.sort(key=lambda each: (each[key], each["receipt_id"]), reverse=order == "desc")
        return Reply(200, {"count": len(kept), "results": kept[offset : offset + limit]})


def money(cents: int, currency: str = "USD") -> dict[str, Any]:
    """An amount as Etsy writes it."""
    return {"amount": cents, "divisor": 100, "currency_code": currency}


def receipt(receipt_id: int, now: int) -> dict[str, Any]:
    """Two mugs of 25.00 and their shipping of 6.00, paid, with 4.50 of sales tax that Etsy collects."""
    return {
        "receipt_id": receipt_id, "receipt_type": 0, "buyer_user_id": 746422806, "buyer_email": "kim@example.com",
        "name": "Kim Tran", "country_iso": "US", "status": "paid", "payment_method": "cc", "is_paid": True,
        "is_shipped": False, "message_from_buyer": None, "create_timestamp": now, "created_timestamp": now,
        "update_timestamp": now, "updated_timestamp": now, "grandtotal": money(6050), "subtotal": money(5000),
        "total_price": money(5000), "total_shipping_cost": money(600), "total_tax_cost": money(450),
        "total_vat_cost": money(0), "discount_amt": money(0), "gift_wrap_price": money(0), "shipments": [],
        "transactions": [transaction(receipt_id * 10, now)], "refunds": [],
    }  # fmt: skip


def transaction(transaction_id: int, now: int, **fields: Any) -> dict[str, Any]:
    """Two mugs of 25.00."""
    return {
        "transaction_id": transaction_id, "title": "Mug", "quantity": 2, "price": money(2500),
        "shipping_cost": money(0), "sku": "MUG-1", "paid_timestamp": now, "variations": [], "listing_id": 5,
        "buyer_coupon": 0, "shop_coupon": 0, **fields,
    }  # fmt: skip
