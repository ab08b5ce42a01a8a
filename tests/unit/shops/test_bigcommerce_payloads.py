"""An order of BigCommerce as its answers have it, and every way in which one value of them can be odd."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.shops.document import build_document
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderState, ShopOrder
from app.shops.platforms.bigcommerce.orders import read_order
from app.shops.platforms.bigcommerce.parts import Parts
from tests.unit.shops.oddities import find_break

# Prices without tax, three at 19.99 less 6.00, with 8.25 % on top: what has tax in it is reckoned by the shop.
ANSWERS: dict[str, Any] = {
    "order": {
        "id": 1042,
        "customer_id": 0,
        "date_created": "Fri, 20 Nov 2026 03:15:00 +0000",
        "date_modified": "Sat, 21 Nov 2026 00:00:07 +0000",
        "status_id": 14,
        "shipping_cost_inc_tax": "9.9500",
        "shipping_cost_tax": "0.0000",
        "handling_cost_inc_tax": "1.0800",
        "handling_cost_tax": "0.0800",
        "wrapping_cost_inc_tax": "0.0000",
        "total_inc_tax": "69.4600",
        "total_tax": "4.5300",
        "store_credit_amount": "0.0000",
        "gift_certificate_amount": "0.0000",
        "coupon_discount": "6.0000",
        "default_currency_code": "USD",
        "customer_message": "Ring twice",
        "external_order_id": None,
        "billing_address": {
            "first_name": "",
            "last_name": "",
            "company": "Tran Plumbing",
            "email": "K@Example.com",
        },
        "fees": [],
    },
    "products": [
        {
            "id": 537,
            "name": "Mixer tap",
            "sku": "MIX-B",
            "quantity": 3,
            "total_inc_tax": "64.4200",
            "total_tax": "4.4500",
            "applied_discounts": [{"id": "coupon", "amount": "6.0000", "target": "order"}],
            "discounted_total_inc_tax": "58.4200",
        }
    ],
    "taxes": [
        {
            "name": "TX",
            "rate": "8.2500",
            "line_amount": "4.4500",
            "order_product_id": "537",
            "line_item_type": "item",
        },
        {
            "name": "TX",
            "rate": "8.0000",
            "line_amount": "0.0800",
            "order_product_id": "537",
            "line_item_type": "handling",
        },
    ],
    "coupons": [{"id": 3, "type": 1, "discount": 6}],
    "transactions": [
        {
            "id": 9,
            "event": "purchase",
            "method": "credit_card",
            "amount": 69.46,
            "currency": "USD",
            "gateway": "stripe",
            "date_created": "2026-11-20T03:15:02+00:00",
            "test": False,
            "status": "ok",
            "reference_transaction_id": None,
        }
    ],
    "refunds": [
        {
            "id": 4,
            "order_id": 1042,
            "created": "2026-11-21T00:00:06+00:00",
            "reason": "Scratched",
            "total_amount": 19.47,
            "payments": [{"id": 5, "provider_id": "stripe", "amount": 19.47, "is_declined": False}],
        }
    ],
}


def read(answers: dict[str, Any]) -> ShopOrder:
    """The order that these answers make."""
    parts = {name: answers[name] for name in ("products", "taxes", "coupons", "transactions", "refunds")}
    lists = {
        name: [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
        for name, value in parts.items()
    }
    order = answers["order"] if isinstance(answers["order"], dict) else {}
    return read_order(order, Parts(**lists), datetime(2026, 11, 21, 0, 0, 7, tzinfo=UTC), UTC)


def test_answers_are_an_order() -> None:
    """Each part is where it belongs; a cent that the shop's own rounding leaves is a line."""
    order = read(ANSWERS)
    assert (order.id, order.number, order.state) == ("1042", "1042", OrderState.PLACED)
    assert order.customer == Customer(None, "Tran Plumbing", "K@Example.com", None)
    assert order.lines == (
        OrderLine(
            "537",
            LineKind.PRODUCT,
            "Mixer tap",
            Decimal(3),
            Decimal("58.42"),
            Decimal("6.00"),
            "TX 8.25%",
            "MIX-B",
        ),
        OrderLine("shipping", LineKind.SHIPPING, "Shipping", Decimal(1), Decimal("9.95"), Decimal("0.00")),
        OrderLine(
            "handling", LineKind.FEE, "Handling", Decimal(1), Decimal("1.08"), Decimal("0.00"), "TX 8%"
        ),
    )
    paid_on = datetime(2026, 11, 20, tzinfo=UTC).date()
    assert order.payments == (OrderPayment("9", Decimal("69.46"), paid_on, "stripe"),)
    assert [(each.id, str(each.amount), str(each.repaid)) for each in order.refunds] == [
        ("4", "19.47", "19.47")
    ]
    document = build_document("bigcommerce", order)
    assert document["total"] == "69.46"
    assert [each["description"] for each in document["lines"]][-1] == "Rounding"


def test_a_line_without_what_was_paid_for_it_is_reckoned_by_its_discounts() -> None:
    """Orders of years ago have no `discounted_total_inc_tax`."""
    (product,) = ANSWERS["products"]
    old = {name: value for name, value in product.items() if name != "discounted_total_inc_tax"}
    line = read(ANSWERS | {"products": [old]}).lines[0]
    assert (str(line.amount), str(line.discount)) == ("58.42", "6.00")


def test_taxes_that_do_not_say_their_line_are_those_of_every_line_with_tax() -> None:
    """Then their words are joined."""
    taxes = [{"name": name, "rate": "4.0000", "line_amount": "2.2600"} for name in ("State", "City")]
    lines = read(ANSWERS | {"taxes": taxes}).lines
    assert [line.tax for line in lines] == ["City 4% + State 4%", None, "City 4% + State 4%"]


def test_whatever_is_odd_is_read_or_told() -> None:
    """Each value in turn is gone or of another kind: no answer of BigCommerce's breaks the look."""
    assert find_break(ANSWERS, lambda changed: build_document("bigcommerce", read(changed))) is None
