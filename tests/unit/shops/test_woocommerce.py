"""WooCommerce's orders read: what each field means, states, taxes, refunds, and signatures of webhooks."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.shops.order import LineKind, OrderState, ShopOrder
from app.shops.platforms.woocommerce.orders import read_order
from app.shops.platforms.woocommerce.shop import WOOCOMMERCE

CHANGED_AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def tax_line(rate_id: int, label: str, percent: float | None = None) -> dict[str, Any]:
    """A tax rate as an order names it."""
    return {"id": rate_id + 900, "rate_id": rate_id, "label": label, "rate_code": "X-1"} | (
        {} if percent is None else {"rate_percent": percent}
    )


def order(**more: Any) -> dict[str, Any]:
    """An order as the REST API shows one, cut to what is read."""
    return {
        "id": 727,
        "number": "727",
        "status": "processing",
        "currency": "AUD",
        "date_created": "2026-11-20T23:30:00",
        "date_created_gmt": "2026-11-20T15:30:00",
        "date_paid": "2026-11-21T00:10:00",
        "date_paid_gmt": "2026-11-20T16:10:00",
        "total": "27.50",
        "customer_id": 26,
        "customer_note": "",
        "billing": {"first_name": "Kim", "last_name": "Tran", "company": "", "email": "kim@example.com"},
        "payment_method": "stripe",
        "line_items": [line(total="15.0000", total_tax="1.5000", subtotal="20.0000", subtotal_tax="2.0000")],
        "shipping_lines": [
            {
                "id": 317,
                "method_title": "Flat rate",
                "total": "10.00",
                "total_tax": "1.00",
                "taxes": by_rate("1.00"),
            }
        ],
        "fee_lines": [],
        "tax_lines": [tax_line(75, "GST", 10)],
    } | more


def line(**more: Any) -> dict[str, Any]:
    """A product's line."""
    return {"id": 315, "name": "Tap", "quantity": 2, "sku": "TAP-15", "taxes": by_rate("1.5000")} | more


def by_rate(total: str, rate_id: int = 75) -> list[dict[str, Any]]:
    """The tax of a line, by its rate."""
    return [{"id": rate_id, "total": total, "subtotal": total}]


def read(said: Mapping[str, Any], refunds: list[Mapping[str, Any]] | None = None) -> ShopOrder:
    """The order in our words."""
    return read_order("https://shop.example", said, refunds or [], CHANGED_AT)


def test_an_order_is_read_in_the_shops_own_day_and_with_its_tax() -> None:
    """Lines after and before discounts, both with tax; the day of the shop, whatever it is in UTC."""
    found = read(order())
    assert (found.placed_on, found.placed_at) == (
        date(2026, 11, 20), datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
    )  # fmt: skip
    tap, shipping = found.lines
    assert (tap.amount, tap.discount, tap.quantity, tap.tax, tap.sku) == (
        Decimal("16.5"), Decimal("5.5"), Decimal(2), "GST 10%", "TAP-15",
    )  # fmt: skip
    assert (shipping.kind, shipping.title, shipping.amount) == (LineKind.SHIPPING, "Flat rate", Decimal(11))
    [payment] = found.payments
    assert (payment.amount, payment.paid_on, payment.method) == (
        Decimal("27.50"),
        date(2026, 11, 21),
        "stripe",
    )
    assert found.url == "https://shop.example/wp-admin/post.php?post=727&action=edit"


def test_a_fee_and_a_discount_by_hand_are_fees() -> None:
    """A fee below zero takes off, and is not a coupon's."""
    fee = {"id": 9, "name": "Handling", "total": "-5.00", "total_tax": "0.00", "taxes": []}
    found = read(order(fee_lines=[fee])).lines[-1]
    assert (found.kind, found.amount, found.tax) == (LineKind.FEE, Decimal(-5), None)


@pytest.mark.parametrize(
    ("status", "is_paid", "state"),
    [
        ("pending", False, OrderState.UNPLACED),
        ("checkout-draft", False, OrderState.UNPLACED),
        ("failed", False, OrderState.UNPLACED),
        ("on-hold", False, OrderState.PLACED),
        ("processing", True, OrderState.PLACED),
        ("processing", False, OrderState.PLACED),
        ("completed", True, OrderState.PLACED),
        ("cancelled", False, OrderState.CANCELLED),
        ("cancelled", True, OrderState.PLACED),
        ("trash", False, OrderState.CANCELLED),
        ("refunded", True, OrderState.PLACED),
        ("awaiting-shipment", False, OrderState.PLACED),
    ],
)
def test_states(status: str, is_paid: bool, state: OrderState) -> None:
    """What was paid stays; what waits for its payment is not placed; a plugin's own status is of an order like any."""
    found = read(order(status=status) | ({} if is_paid else {"date_paid": None}))
    assert (found.state, len(found.payments)) == (state, int(is_paid))


def test_taxes_are_named_so_that_no_two_rates_are_one() -> None:
    """By label and rate, joined in one order; a rate of nothing is none, and one that is not listed keeps its id."""
    rates = [tax_line(1, "VAT", 20), tax_line(2, "VAT", 5), tax_line(3, "VAT 20%", 20), tax_line(4, "Levy")]

    def name(*taxes: tuple[int, str]) -> str | None:
        said = [tax for rate_id, total in taxes for tax in by_rate(total, rate_id)]
        amounts = {"total": "1", "total_tax": "0", "subtotal": "1", "subtotal_tax": "0"}
        return read(order(tax_lines=rates, line_items=[line(taxes=said, **amounts)])).lines[0].tax

    assert (name((1, "1")), name((2, "1")), name((3, "1")), name((4, "1"))) == (
        "VAT 20%",
        "VAT 5%",
        "VAT 20%",
        "Levy",
    )
    assert name((2, "1"), (4, "1")) == name((4, "1"), (2, "1")) == "Levy + VAT 5%"
    assert (name((1, "0.0000")), name((1, "")), name(), name((9, "1"))) == (None, None, None, "Tax 9")


def test_a_refund_went_back_in_money_where_any_had_come() -> None:
    """Of an order that was never paid it only lowers what is owed."""
    refund = {"id": 730, "amount": "5.50", "reason": "", "date_created": "2026-11-22T01:00:00"}
    [paid] = read(order(), [refund]).refunds
    assert (paid.amount, paid.repaid, paid.refunded_on) == (
        Decimal("5.50"),
        Decimal("5.50"),
        date(2026, 11, 22),
    )
    [owed] = read(order(status="on-hold", date_paid=None), [refund]).refunds
    assert (owed.amount, owed.repaid) == (Decimal("5.50"), Decimal(0))


def test_a_guest_has_no_number_and_a_company_goes_before_a_person() -> None:
    """As WooCommerce says it: customer 0 is nobody's account."""
    guest = read(order(customer_id=0)).customer
    assert (guest.id, guest.name) == (None, "Kim Tran")
    assert (
        read(order(billing={"company": "Tran Pty Ltd", "first_name": "Kim"})).customer.name == "Tran Pty Ltd"
    )


def test_a_webhook_is_signed_over_its_very_bytes() -> None:
    """By the base64 of HMAC-SHA256; a header that is missing or no ASCII is a wrong one."""
    body = b'{"id":727}'
    # From openssl: printf '{"id":727}' | openssl dgst -sha256 -hmac secret -binary | base64
    signed = {"x-wc-webhook-signature": "UtiK1DTZewPTdDmUeS7YHg+QGcWcgW08Tnjy5YKijZ0="}
    assert WOOCOMMERCE.is_signed("secret", signed, body)
    assert not WOOCOMMERCE.is_signed("secret", signed, body + b" ")
    assert not WOOCOMMERCE.is_signed("another", signed, body)
    assert not WOOCOMMERCE.is_signed("secret", {}, body)
    assert not WOOCOMMERCE.is_signed("secret", {"x-wc-webhook-signature": "ü"}, body)
    assert WOOCOMMERCE.is_ping(b"webhook_id=3")
    assert not WOOCOMMERCE.is_ping(b'{"webhook_id": 3}')
