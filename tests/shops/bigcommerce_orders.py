"""The books of a stand-in of BigCommerce: orders as its V2 API shows them, from what a shopper put in the basket.

Written from BigCommerce's "Orders V2" and "Orders V3": amounts are texts with four places in V2 and numbers in V3,
dates are RFC 2822 in V2 and RFC 3339 in V3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import format_datetime
from itertools import count
from typing import Any

_CENT = Decimal("0.01")
_numbers = count(537)

STATUSES = {
    0: "Incomplete",
    1: "Pending",
    2: "Shipped",
    3: "Partially Shipped",
    4: "Refunded",
    5: "Cancelled",
    6: "Declined",
    7: "Awaiting Payment",
    8: "Awaiting Pickup",
    9: "Awaiting Shipment",
    10: "Completed",
    11: "Awaiting Fulfillment",
    12: "Manual Verification Required",
    13: "Disputed",
    14: "Partially Refunded",
}


@dataclass(frozen=True)
class Good:
    """What a shopper buys; the price has its tax in it, and `off` is taken off all of it."""

    name: str
    price: str
    quantity: int = 1
    off: str = "0"
    sku: str = ""
    taxes: tuple[tuple[str, str], ...] = (("GST", "10"),)

    @property
    def paid(self) -> Decimal:
        """For all of it, after discounts."""
        return Decimal(self.price) * self.quantity - Decimal(self.off)


@dataclass
class BookedOrder:
    """An order in the shop's books."""

    id: int
    created: datetime
    modified: datetime
    status_id: int
    goods: tuple[Good, ...]
    shipping: Good | None = None
    shipping_off: Decimal = Decimal(0)
    fees: tuple[Good, ...] = ()
    customer_id: int = 0
    currency: str = "AUD"
    billing: Mapping[str, str] = field(
        default_factory=lambda: {
            "first_name": "Kim",
            "last_name": "Tran",
            "company": "",
            "phone": "0400 000 000",
            "email": "kim@example.com",
        }
    )
    store_credit: Decimal = Decimal(0)
    gift_certificate: Decimal = Decimal(0)
    has_promises_in_total: bool = True
    unexplained: Decimal = Decimal(0)
    """In the total, and in nothing else."""
    transactions: list[dict[str, Any]] = field(default_factory=list)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Number the lines."""
        self.ids = [next(_numbers) for _ in self.goods]

    @property
    def total(self) -> Decimal:
        """What the shopper was told."""
        goods = [*self.goods, *self.fees, *([self.shipping] if self.shipping else [])]
        whole = sum((each.paid for each in goods), Decimal(0)) - self.shipping_off + self.unexplained
        return whole if self.has_promises_in_total else whole - self.store_credit - self.gift_certificate

    def show(self, *, with_fees: bool) -> dict[str, Any]:
        """The order as V2 has it."""
        shipping = self.shipping.paid if self.shipping else Decimal(0)
        tax = sum((amount for _, amount in self._list_taxes()), Decimal(0))
        below = f"/orders/{self.id}"
        return {
            "id": self.id,
            "customer_id": self.customer_id,
            "date_created": format_datetime(self.created.replace(microsecond=0)),
            "date_modified": format_datetime(self.modified.replace(microsecond=0)),
            "date_shipped": "",
            "status_id": self.status_id,
            "status": STATUSES[self.status_id],
            "custom_status": "A word of the merchant's own",
            "subtotal_inc_tax": _write(sum((each.paid for each in self.goods), Decimal(0))),
            "shipping_cost_inc_tax": _write(shipping),
            "shipping_cost_tax": _write(_find_tax(self.shipping) if self.shipping else Decimal(0)),
            "handling_cost_inc_tax": "0.0000",
            "handling_cost_tax": "0.0000",
            "wrapping_cost_inc_tax": "0.0000",
            "wrapping_cost_tax": "0.0000",
            "total_inc_tax": _write(self.total),
            "total_ex_tax": _write(self.total - tax),
            "total_tax": _write(tax),
            "is_tax_inclusive_pricing": True,
            "refunded_amount": "0.0000",
            "store_credit_amount": _write(self.store_credit),
            "gift_certificate_amount": _write(self.gift_certificate),
            "coupon_discount": _write(self.shipping_off),
            "discount_amount": _write(sum((Decimal(each.off) for each in self.goods), Decimal(0))),
            "currency_code": "EUR",
            "default_currency_code": self.currency,
            "payment_method": "Credit Card",
            "payment_status": "",
            "customer_message": "",
            "external_order_id": "",
            "is_deleted": False,
            "billing_address": self.billing,
            "fees": [self._show_fee(place, each) for place, each in enumerate(self.fees, start=1)]
            if with_fees
            else {"url": below, "resource": f"{below}/fees"},
            "products": {"url": below, "resource": f"{below}/products"},
            "coupons": {"url": below, "resource": f"{below}/coupons"},
        }

    def show_products(self) -> list[dict[str, Any]]:
        """Its lines."""
        return [self._show_product(line_id, good) for line_id, good in zip(self.ids, self.goods, strict=True)]

    def _show_product(self, line_id: int, good: Good) -> dict[str, Any]:
        before = Decimal(good.price) * good.quantity
        off = [
            {"id": "manual-discount", "amount": _write(Decimal(good.off)), "code": None, "target": "order"}
        ]
        return {
            "id": line_id,
            "order_id": self.id,
            "name": good.name,
            "sku": good.sku,
            "type": "physical",
            "quantity": good.quantity,
            "price_inc_tax": _write(Decimal(good.price)),
            "total_inc_tax": _write(before),
            "total_tax": _write(_find_tax(good)),
            "applied_discounts": off if Decimal(good.off) else [],
            "discounted_total_inc_tax": _write(good.paid),
        }

    def _show_fee(self, place: int, fee: Good) -> dict[str, Any]:
        return {
            "id": place,
            "type": "custom_fee",
            "display_name_customer": fee.name,
            "cost_inc_tax": _write(fee.paid),
            "cost_tax": _write(_find_tax(fee)),
        }

    def show_taxes(self, *, with_details: bool) -> list[dict[str, Any]]:
        """Its taxes; which line each is of is a detail."""
        hidden = set() if with_details else {"order_product_id", "line_item_type"}
        return [
            {name: value for name, value in tax.items() if name not in hidden}
            for tax, _ in self._list_taxes()
        ]

    def _list_taxes(self) -> list[tuple[dict[str, Any], Decimal]]:
        parts: list[tuple[str, str | None, Good]] = [
            ("item", str(line_id), good) for line_id, good in zip(self.ids, self.goods, strict=True)
        ]
        if self.shipping:
            parts.append(("shipping", None, self.shipping))
        taxes = []
        for kind, line_id, good in parts:
            for name, rate in good.taxes:
                amount = _find_one_tax(good, rate)
                shown = {
                    "id": next(_numbers),
                    "order_id": self.id,
                    "name": name,
                    "class": "Default Tax Class",
                    "rate": _write(Decimal(rate)),
                    "line_amount": _write(amount),
                    "priority_amount": _write(amount),
                    "order_product_id": line_id,
                    "line_item_type": kind,
                }
                taxes.append((shown, amount))
        return taxes

    def show_coupons(self) -> list[dict[str, Any]]:
        """Its coupons: one that takes something off shipping."""
        if not self.shipping_off:
            return []
        return [
            {"id": 3, "order_id": self.id, "code": "FREE", "type": 4, "discount": float(self.shipping_off)}
        ]


def _find_one_tax(good: Good, rate: str) -> Decimal:
    rates = sum((Decimal(each) for _, each in good.taxes), Decimal(0))
    return (good.paid * Decimal(rate) / (100 + rates)).quantize(_CENT, rounding=ROUND_HALF_UP)


def _find_tax(good: Good) -> Decimal:
    return sum((_find_one_tax(good, rate) for _, rate in good.taxes), Decimal(0))


def _write(amount: Decimal) -> str:
    return f"{amount:.4f}"
