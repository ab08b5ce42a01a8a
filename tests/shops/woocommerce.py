"""A WooCommerce shop as far as its REST API and webhooks are read, written from their documentation.

Sources: WooCommerce REST API docs v3 ("Authentication", "Pagination", "Orders", "Refunds", "Webhooks"). It shares
nothing with our mapping. Prices are entered with tax; `taxes` are rates by id, as a shop's settings hold them. People
act by its methods, and each change of an order moves its `date_modified`, to the second.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.clock import Clock
from tests.shops.stand_in import Call, Reply, StandIn

Json = dict[str, Any]

KEY, SECRET = "ck_of_the_story", "cs_of_the_story"
SITE_ZONE = timezone(timedelta(hours=8))
ORDERS = "/wp-json/wc/v3/orders"
CENT = Decimal("0.01")
DEFAULT_TAXES = {1: ("GST", Decimal(10))}


class WooShop(StandIn):
    """One shop."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.key, self.secret = KEY, SECRET
        self.webhook_secret = "the shop's own secret"
        self.webhook_url = ""
        self.taxes = dict(DEFAULT_TAXES)
        self._orders: dict[int, Json] = {}
        self._refunds: dict[int, list[Json]] = {}
        self._last_id = 5119

    # people

    def place(self, *lines: Json, status: str = "processing", **more: Any) -> int:
        """A customer places an order; paid at once, unless its status says otherwise. Answers its id."""
        order_id = self._next_id()
        order = {
            "id": order_id,
            "parent_id": 0,
            "number": str(order_id),
            "status": status,
            "currency": "AUD",
            "prices_include_tax": True,
            "customer_id": 26,
            "customer_note": "",
            "billing": {
                "first_name": "Kim", "last_name": "Tran", "company": "",
                "email": "kim@example.com", "phone": "0400 000 000",
            },
            "payment_method": "stripe",
            "payment_method_title": "Card",
            "line_items": [],
            "shipping_lines": [],
            "fee_lines": [],
            "coupon_lines": [],
            "meta_data": [],
        }  # fmt: skip
        self._orders[order_id] = order | {name: value for name, value in more.items() if name != "shipping"}
        self._refunds[order_id] = []
        self._date(order_id, "created")
        self._date(order_id, "paid", status in ("processing", "completed"))
        self._write_lines(order_id, lines or (item(),), more.get("shipping"))
        self._touch(order_id)
        return order_id

    def edit(self, order_id: int, *lines: Json, **changes: Any) -> None:
        """Somebody in the shop edits an order, its lines where some are given."""
        self._orders[order_id] |= changes
        if lines:
            self._write_lines(order_id, lines, None)
        self._touch(order_id)

    def move(self, order_id: int, status: str) -> None:
        """An order changes its status; one that is processed or completed is paid."""
        self._orders[order_id]["status"] = status
        if status in ("processing", "completed") and self._orders[order_id]["date_paid"] is None:
            self._date(order_id, "paid")
        self._touch(order_id)

    def refund(self, order_id: int, amount: str, reason: str = "") -> int:
        """Somebody refunds a part of an order, or all of it, which makes it a refunded one."""
        refund_id = self._next_id()
        made = {
            "id": refund_id,
            "amount": amount,
            "reason": reason,
            "refunded_payment": True,
            "line_items": [],
        }
        self._refunds[order_id].append(made | _dates("created", self.now))
        given_back = sum(Decimal(each["amount"]) for each in self._refunds[order_id])
        if given_back >= Decimal(self._orders[order_id]["total"]):
            self._orders[order_id]["status"] = "refunded"
        self._touch(order_id)
        return refund_id

    def delete(self, order_id: int) -> None:
        """Somebody deletes an order for good."""
        del self._orders[order_id]

    def break_total(self, order_id: int, total: str) -> None:
        """A plugin writes a total that the lines do not come to."""
        self.edit(order_id, total=total)

    async def tell(self, order_id: int, topic: str = "order.updated", *, secret: str | None = None) -> int:
        """Send the order's webhook as it is now; answers the status that came back."""
        body = json.dumps(self._show(self._orders[order_id])).encode()
        digest = hmac.new((secret or self.webhook_secret).encode(), body, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json",
            "x-wc-webhook-source": f"{self.address}/",
            "x-wc-webhook-topic": topic,
            "x-wc-webhook-signature": base64.b64encode(digest).decode(),
        }
        return await self.send_webhook(self.webhook_url, body, headers)

    async def ping(self) -> int:
        """What is sent when a webhook is saved."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return await self.send_webhook(self.webhook_url, b"webhook_id=3", headers)

    # the API

    def answer(self, call: Call) -> Reply:
        """What the REST API says."""
        if call.method != "GET":
            return _problem(405, "rest_no_route", "This stand-in is read only.")
        if not self._is_allowed(call):
            return _problem(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if call.path == ORDERS:
            return self._list(call.query)
        parts = call.path.removeprefix(f"{ORDERS}/").split("/")
        order = self._orders.get(int(parts[0])) if parts[0].isdigit() else None
        if order is None:
            return _problem(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        if len(parts) == 2 and parts[1] == "refunds":
            return Reply(200, list(reversed(self._refunds[order["id"]])))
        return Reply(200, self._show(order))

    def _is_allowed(self, call: Call) -> bool:
        said = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        return call.headers.get("authorization") == f"Basic {said}"

    def _list(self, query: Mapping[str, str]) -> Reply:
        gmt = "_gmt" if query.get("dates_are_gmt") == "true" else ""
        found = [
            each
            for each in self._orders.values()
            if each["status"] != "trash"
            and each[f"date_created{gmt}"] > query.get("after", "")
            and each[f"date_modified{gmt}"] > query.get("modified_after", "")
        ]
        by = "date_modified" if query.get("orderby") == "modified" else "date_created"
        found.sort(key=lambda each: (each[by], each["id"]), reverse=query.get("order", "desc") == "desc")
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        if not 1 <= size <= 100:
            return _problem(400, "rest_invalid_param", "Invalid parameter(s): per_page")
        shown = [self._show(each) for each in found[(page - 1) * size : page * size]]
        pages = -(-len(found) // size)
        return Reply(200, shown, {"x-wp-total": str(len(found)), "x-wp-totalpages": str(pages)})

    # the books

    def _show(self, order: Json) -> Json:
        refunds = self._refunds[order["id"]]
        named = [
            {"id": each["id"], "reason": each["reason"], "total": f"-{each['amount']}"} for each in refunds
        ]
        rates = [
            {"id": 900 + rate_id, "rate_code": f"AU-{label}", "rate_id": rate_id, "label": label,
             "compound": False, "rate_percent": float(percent)}
            for rate_id, (label, percent) in self.taxes.items()
        ]  # fmt: skip
        return order | {"refunds": named, "tax_lines": rates}

    def _write_lines(self, order_id: int, lines: tuple[Json, ...], shipping: str | None) -> None:
        order = self._orders[order_id]
        kept = [each["id"] for each in order["line_items"]]
        order["line_items"] = [
            self._build_item(line, kept[place] if place < len(kept) else self._next_id())
            for place, line in enumerate(lines)
        ]
        if shipping is not None:
            line = {"id": self._next_id(), "method_title": "Flat rate", "method_id": "flat_rate"}
            order["shipping_lines"] = [line | self._tax_out(Decimal(shipping), 1, "total")]
        every = [*order["line_items"], *order["shipping_lines"], *order["fee_lines"]]
        total = sum((Decimal(each["total"]) + Decimal(each["total_tax"]) for each in every), Decimal(0))
        order["total"] = f"{total.quantize(CENT, ROUND_HALF_UP)}"

    def _build_item(self, line: Json, line_id: int) -> Json:
        gross, off, rate = Decimal(line["gross"]), Decimal(line["off"]), line["rate"]
        after, before = self._tax_out(gross - off, rate, "total"), self._tax_out(gross, rate, "subtotal")
        return {
            "id": line_id, "name": line["name"], "product_id": 93, "variation_id": 0,
            "quantity": line["quantity"], "sku": line["sku"], **after, **before,
        }  # fmt: skip

    def _tax_out(self, gross: Decimal, rate_id: int | None, name: str) -> Json:
        """An amount without its tax, the tax, and the tax by rate: four places, as `dp=4` asks for."""
        percent = self.taxes[rate_id][1] if rate_id else Decimal(0)
        tax = (gross * percent / (100 + percent)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        shown = {name: f"{gross - tax:.4f}", f"{name}_tax": f"{tax:.4f}"}
        by_rate = [{"id": rate_id, "total": f"{tax:.4f}", "subtotal": f"{tax:.4f}"}] if rate_id else []
        return shown | ({"taxes": by_rate} if name == "total" else {})

    def _touch(self, order_id: int) -> None:
        self._date(order_id, "modified")

    def _date(self, order_id: int, what: str, is_known: bool = True) -> None:
        self._orders[order_id] |= _dates(what, self.now if is_known else None)

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def item(
    name: str = "Tap",
    gross: str = "110.00",
    *,
    quantity: int = 1,
    off: str = "0",
    rate: int | None = 1,
    sku: str = "",
) -> Json:
    """A line as people think of it: what all of it costs with tax, and what a coupon took off."""
    return {"name": name, "gross": gross, "quantity": quantity, "off": off, "rate": rate, "sku": sku}


def _dates(what: str, at: datetime | None) -> Json:
    if at is None:
        return {f"date_{what}": None, f"date_{what}_gmt": None}
    return {
        f"date_{what}": f"{at.astimezone(SITE_ZONE):%Y-%m-%dT%H:%M:%S}",
        f"date_{what}_gmt": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
    }


def _problem(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"code": code, "message": message, "data": {"status": status}})
