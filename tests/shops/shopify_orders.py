"""The books of a stand-in of Shopify: how an order comes to be there, is paid, edited and given back.

Written from Shopify's documentation: taxes are worked out for each line, in its price or on top of it. What was ordered
stays as it was; what is taken away since is a refund. Amounts are shown in the shop's currency and the customer's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import count
from typing import Any

from tests.shops.shopify_graph import connect

CENT = Decimal("0.01")
_numbers = count(5_000_000_000_001)


def new_id(kind: str) -> str:
    """One of Shopify's global ids."""
    return f"gid://shopify/{kind}/{next(_numbers)}"


@dataclass(frozen=True)
class Item:
    """What a customer puts in the basket; `taxes` are names with their percentages, `off` is taken off all of it."""

    name: str
    price: str
    quantity: int = 1
    off: str = "0"
    sku: str | None = None
    taxes: tuple[tuple[str, str], ...] = (("GST", "10"),)


@dataclass
class Money:
    """How an order's amounts are shown."""

    currency: str
    shop_currency: str
    rate: Decimal = Decimal(1)

    def bag(self, amount: Decimal) -> dict[str, Any]:
        """An amount in both currencies, with as few places as will do and one at least, as Shopify writes it."""
        return {
            "presentmentMoney": {"amount": _write(amount), "currencyCode": self.currency},
            "shopMoney": {
                "amount": _write((amount * self.rate).quantize(CENT)),
                "currencyCode": self.shop_currency,
            },
        }


def _write(amount: Decimal) -> str:
    text = f"{amount:f}".rstrip("0") if "." in f"{amount:f}" else f"{amount:f}."
    return f"{text}0" if text.endswith(".") else text


@dataclass
class Line:
    """A line as the shop keeps it: before and after discounts, and what each tax comes to."""

    id: str
    name: str
    quantity: int
    unit: Decimal
    off: Decimal
    taxes: list[tuple[str, Decimal, Decimal]]
    sku: str | None = None
    is_removed: bool = False

    @property
    def net(self) -> Decimal:
        """After discounts."""
        return self.unit * self.quantity - self.off

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum((amount for _, _, amount in self.taxes), Decimal(0))


@dataclass
class BookedOrder:
    """An order in the shop's books."""

    id: str
    name: str
    at: datetime
    updated_at: datetime
    money: Money
    has_tax: bool
    lines: list[Line]
    shipping: list[Line]
    tip: Decimal = Decimal(0)
    duties: Decimal | None = None
    customer: Mapping[str, str] | None = None
    email: str | None = None
    note: str | None = None
    is_test: bool = False
    cancelled_at: datetime | None = None
    transactions: list[dict[str, Any]] = field(default_factory=list)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    given: Decimal = Decimal(0)
    """What was given back or taken off since, in worth."""

    @property
    def total(self) -> Decimal:
        """As it was ordered, with tax."""
        all_lines = [*self.lines, *(one for one in self.shipping if not one.is_removed)]
        net = sum((one.net + (0 if self.has_tax else one.tax) for one in all_lines), Decimal(0))
        return net + self.tip + (self.duties or 0)

    def worth(self, line: Line, quantity: int) -> tuple[Decimal, Decimal]:
        """What some of a line are worth, and the tax of that; the first has the tax in it where prices have."""
        share = Decimal(quantity) / line.quantity
        return (line.net * share).quantize(CENT), (line.tax * share).quantize(CENT)

    def show(self) -> dict[str, Any]:
        """The order as its GraphQL type has it."""
        bag = self.money.bag
        shown = [one for one in self.shipping if not one.is_removed]
        return {
            "__typename": "Order",
            "id": self.id,
            "name": self.name,
            "createdAt": _say(self.at),
            "processedAt": _say(self.at),
            "updatedAt": _say(self.updated_at),
            "cancelledAt": _say(self.cancelled_at) if self.cancelled_at else None,
            "test": self.is_test,
            "note": self.note,
            "email": self.email,
            "taxesIncluded": self.has_tax,
            "dutiesIncluded": False,
            "currencyCode": self.money.shop_currency,
            "presentmentCurrencyCode": self.money.currency,
            "customer": self.customer,
            "billingAddress": None,
            "totalPriceSet": bag(self.total),
            "currentTotalPriceSet": bag(self.total - self.given),
            "totalTipReceivedSet": bag(self.tip),
            "originalTotalDutiesSet": None if self.duties is None else bag(self.duties),
            "originalTotalAdditionalFeesSet": None,
            "lineItems": connect([self._show_line(one) for one in self.lines]),
            "shippingLines": self._connect_shipping(shown),
            "transactions": self.transactions,
            "refunds": self.refunds,
        }

    def _connect_shipping(self, shown: Sequence[Line]) -> Any:
        def resolve(info: object, includeRemovals: bool = False, **asked: Any) -> dict[str, Any]:  # noqa: N803
            nodes = self.shipping if includeRemovals else shown
            return connect([self._show_shipping(one) for one in nodes])(info, **asked)

        return resolve

    def _show_line(self, one: Line) -> dict[str, Any]:
        return {
            "id": one.id,
            "name": one.name,
            "title": one.name,
            "sku": one.sku,
            "quantity": one.quantity,
            "originalUnitPriceSet": self.money.bag(one.unit),
            "discountAllocations": [{"allocatedAmountSet": self.money.bag(one.off)}] if one.off else [],
            "taxLines": self._show_taxes(one),
        }

    def _show_shipping(self, one: Line) -> dict[str, Any]:
        return {
            "id": one.id,
            "title": one.name,
            "isRemoved": one.is_removed,
            "originalPriceSet": self.money.bag(one.unit),
            "discountedPriceSet": self.money.bag(one.net),
            "taxLines": self._show_taxes(one),
        }

    def _show_taxes(self, one: Line) -> list[dict[str, Any]]:
        return [
            {
                "title": title,
                "rate": float(rate / 100),
                "ratePercentage": float(rate),
                "priceSet": self.money.bag(amount),
            }
            for title, rate, amount in one.taxes
        ]


def build_line(kind: str, item: Item, has_tax: bool) -> Line:
    """A line with its taxes worked out, half a cent to the even one."""
    unit, off = Decimal(item.price), Decimal(item.off)
    net = unit * item.quantity - off
    rates = [(title, Decimal(rate)) for title, rate in item.taxes]
    all_rates = sum((rate for _, rate in rates), Decimal(0))
    taxes = [
        (
            title,
            rate,
            (net * rate / (100 + all_rates if has_tax else 100)).quantize(CENT, rounding=ROUND_HALF_EVEN),
        )
        for title, rate in rates
    ]
    return Line(new_id(kind), item.name, item.quantity, unit, off, taxes, item.sku)


def build_transaction(
    order: BookedOrder, kind: str, amount: str, at: datetime, **more: Any
) -> dict[str, Any]:
    """A transaction that succeeded, unless said otherwise."""
    return {
        "id": new_id("OrderTransaction"),
        "kind": kind,
        "status": "SUCCESS",
        "test": order.is_test,
        "gateway": "shopify_payments",
        "createdAt": _say(at),
        "processedAt": _say(at),
        "amountSet": order.money.bag(Decimal(amount)),
        "parentTransaction": None,
        "fees": [],
    } | more


def _say(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
