"""An order of Shopify as its answer has it, and every way in which one value of it can be odd."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.shops.document import build_document
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderState
from app.shops.platforms.shopify.orders import read_order
from tests.unit.shops.oddities import find_break


def bag(amount: str) -> dict[str, Any]:
    """An amount in Australian dollars."""
    return {"presentmentMoney": {"amount": amount, "currencyCode": "AUD"}}


ORDER: dict[str, Any] = {
    "id": "gid://shopify/Order/5712345678901",
    "name": "#1042",
    "createdAt": "2026-11-20T03:15:00Z",
    "processedAt": "2026-11-20T03:15:00Z",
    "updatedAt": "2026-11-21T00:00:07Z",
    "cancelledAt": None,
    "test": False,
    "note": None,
    "poNumber": "PO 1177",
    "email": "Kim@Example.com",
    "phone": None,
    "taxesIncluded": False,
    "dutiesIncluded": False,
    "presentmentCurrencyCode": "AUD",
    "customer": {"id": "gid://shopify/Customer/81", "displayName": "Kim Tran"},
    "billingAddress": {"name": "K. Tran"},
    "totalPriceSet": bag("76.95"),
    "currentTotalPriceSet": bag("54.95"),
    "totalTipReceivedSet": bag("0.0"),
    "originalTotalDutiesSet": None,
    "originalTotalAdditionalFeesSet": None,
    "lineItems": {
        "nodes": [
            {
                "id": "gid://shopify/LineItem/14001",
                "name": "Mixer tap - Black",
                "sku": "MIX-B",
                "quantity": 3,
                "originalUnitPriceSet": bag("22.0"),
                "discountAllocations": [{"allocatedAmountSet": bag("6.0")}],
                "taxLines": [
                    {"title": "GST", "ratePercentage": 10.0, "priceSet": bag("6.0")},
                    {"title": "Levy", "ratePercentage": 0.0, "priceSet": bag("0.0")},
                ],
            }
        ],
        "pageInfo": {"hasNextPage": False, "endCursor": "x"},
    },
    "shippingLines": {
        "nodes": [
            {
                "id": "gid://shopify/ShippingLine/15001",
                "title": "Standard",
                "isRemoved": False,
                "originalPriceSet": bag("9.95"),
                "discountedPriceSet": bag("9.95"),
                "taxLines": [{"title": "GST", "ratePercentage": 10.0, "priceSet": bag("1.0")}],
            }
        ],
        "pageInfo": {"hasNextPage": False},
    },
    "transactions": [
        {
            "id": "gid://shopify/OrderTransaction/16001",
            "kind": "SALE",
            "status": "SUCCESS",
            "test": False,
            "gateway": "shopify_payments",
            "createdAt": "2026-11-20T03:15:02Z",
            "processedAt": "2026-11-20T03:15:02Z",
            "amountSet": bag("76.95"),
            "parentTransaction": None,
            "fees": [{"amount": {"amount": "1.64", "currencyCode": "AUD"}}],
        }
    ],
    "refunds": [
        {
            "id": "gid://shopify/Refund/17001",
            "note": "Scratched",
            "createdAt": "2026-11-21T00:00:06Z",
            "processedAt": "2026-11-21T00:00:06Z",
            "refundLineItems": {"nodes": [{"subtotalSet": bag("20.0"), "totalTaxSet": bag("2.0")}]},
            "refundShippingLines": {"nodes": [], "pageInfo": {"hasNextPage": False}},
            "duties": [],
            "orderAdjustments": {"nodes": [], "pageInfo": {"hasNextPage": False}},
            "transactions": {
                "nodes": [
                    {
                        "kind": "REFUND",
                        "status": "SUCCESS",
                        "gateway": "shopify_payments",
                        "amountSet": bag("22.0"),
                    }
                ],
                "pageInfo": {"hasNextPage": False},
            },
        }
    ],
}


def test_an_answer_is_an_order() -> None:
    """Each part is where it belongs; a tax of nothing is none, and a discount bears the tax of its line."""
    order = read_order(ORDER, UTC, "https://taps.example")
    assert (order.id, order.number, order.state) == ("5712345678901", "#1042", OrderState.PLACED)
    assert order.changed_at == datetime(2026, 11, 21, 0, 0, 7, tzinfo=UTC)
    assert order.customer == Customer("81", "Kim Tran", "Kim@Example.com", None)
    gst = "GST 10%"
    assert order.lines == (
        OrderLine(
            "14001",
            LineKind.PRODUCT,
            "Mixer tap - Black",
            Decimal(3),
            Decimal("66.00"),
            Decimal("6.60"),
            gst,
            "MIX-B",
        ),
        OrderLine(
            "shipping.15001",
            LineKind.SHIPPING,
            "Standard",
            Decimal(1),
            Decimal("10.95"),
            Decimal("0.00"),
            gst,
        ),
    )
    paid_on = datetime(2026, 11, 20, tzinfo=UTC).date()
    assert order.payments == (
        OrderPayment("16001", Decimal("76.95"), paid_on, "shopify_payments", Decimal("1.64")),
    )
    assert [(each.id, str(each.amount), str(each.repaid)) for each in order.refunds] == [
        ("17001", "22.00", "22.00")
    ]
    document = build_document("shopify", order)
    assert (document["id"], document["total"], document["reference"]) == (
        "shopify.5712345678901",
        "76.95",
        "PO 1177",
    )


@pytest.mark.parametrize(
    ("title", "percentage", "word"),
    [
        ("GST", 10.0, "GST 10%"),
        ("VAT 20%", 20, "VAT 20%"),
        ("State Tax", 6.25, "State Tax 6.25%"),
        ("Tax", None, "Tax"),
    ],
)
def test_a_tax_is_called_by_its_name_and_its_rate(title: str, percentage: float | None, word: str) -> None:
    """Two rates of one name are two taxes in the books."""
    tax = {"title": title, "ratePercentage": percentage, "priceSet": bag("6.0")}
    line = ORDER["lineItems"]["nodes"][0] | {"taxLines": [tax]}
    order = read_order(ORDER | {"lineItems": {"nodes": [line]}}, UTC, "https://taps.example")
    assert order.lines[0].tax == word


def test_whatever_is_odd_is_read_or_told() -> None:
    """Each value in turn is gone or of another kind: no answer of Shopify's breaks the look."""
    assert (
        find_break(
            ORDER, lambda changed: build_document("shopify", read_order(changed, UTC, "https://taps.example"))
        )
        is None
    )
