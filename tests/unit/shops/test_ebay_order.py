"""An order of eBay as an order: whose the taxes are, and what eBay pays out for it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.shops.order import OrderState, ShopOrder
from app.shops.platform import Unreadable
from app.shops.platforms.ebay.orders import read_order
from tests.shops.ebay_shop import amount, line_item, order
from tests.shops.invoicing import find_due, invoice, list_lines, read, read_reason

SOLD_AT = "2026-11-20T03:15:00.000Z"
SALES_TAX = {"taxType": "STATE_SALES_TAX", "amount": amount("10.11"), "collectionMethod": "NET"}


def build(credentials: dict[str, str] | None = None, **fields: Any) -> ShopOrder | Unreadable:
    """Order 27-1, with these fields in place of its own."""
    return read_order(order("27-1", SOLD_AT) | fields, UTC, credentials or {})


def summary(total: str, **parts: str) -> dict[str, Any]:
    """`pricingSummary` of these parts."""
    amounts = {"priceSubtotal": "80.0", "deliveryCost": "7.88", **parts}
    return {name: amount(value) for name, value in amounts.items()} | {"total": amount(total)}


def pay(status: str, *refunds: dict[str, Any]) -> dict[str, Any]:
    """`paymentSummary` with one payment in this status."""
    payment = {"paymentMethod": "EBAY", "amount": amount("71.86"), "paymentStatus": status}
    dated = payment | ({"paymentDate": SOLD_AT} if status == "PAID" else {})
    return {"totalDueSeller": amount("71.86"), "payments": [dated], "refunds": list(refunds)}


def refund(value: str, name: str = "5250", status: str = "REFUNDED", **fields: Any) -> dict[str, Any]:
    """A refund of the order, the day after."""
    return {
        "amount": amount(value), "refundDate": "2026-11-21T03:15:00.000Z", "refundId": name, "refundStatus": status,
        **fields,
    }  # fmt: skip


def test_tax_that_ebay_collects_is_none_of_the_sellers() -> None:
    """It is neither in the invoice nor in the payment; what eBay keeps for itself is the payment's fee."""
    told = read(build())
    assert (told.id, told.currency, told.total, told.state) == (
        "27-1",
        "USD",
        Decimal("87.88"),
        OrderState.PLACED,
    )
    assert (told.customer.id, told.customer.name) == ("kim*tran", "Kim Tran")
    assert told.changed_at == datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
    document = invoice("ebay", told)
    assert list_lines(document) == [("Switch", "80.00", None), ("Delivery", "7.88", None)]
    assert [(each["amount"], each["fee"], each["paid_on"]) for each in document["payments"]] == [
        ("87.88", "16.02", "2026-11-20")
    ]
    assert find_due(document) == 0


def test_tax_of_ebays_that_is_listed_twice_is_still_ebays() -> None:
    """As documented: among the line's taxes too, and in the total."""
    item = line_item(taxes=[{"amount": amount("10.11")}], total=amount("97.99"))
    told = build(lineItems=[item], pricingSummary=summary("97.99", tax="10.11"))
    assert (read(told).total, {line.tax for line in read(told).lines}) == (Decimal("87.88"), {None})


def test_tax_that_the_seller_collects_is_in_the_line() -> None:
    """With eBay's name for it."""
    item = line_item(taxes=[{"taxType": "GST", "amount": amount("8.00")}], ebayCollectAndRemitTaxes=[])
    told = build(lineItems=[item], pricingSummary=summary("95.88", tax="8.0"))
    assert list_lines(invoice("ebay", told)) == [("Switch", "88.00", "GST"), ("Delivery", "7.88", None)]


def test_a_fee_that_the_seller_collects_is_a_line() -> None:
    """eBay lists fees among the taxes."""
    item = line_item(
        taxes=[{"taxType": "TIRE_RECYCLING_FEE", "amount": amount("2.00")}], ebayCollectAndRemitTaxes=[]
    )
    document = invoice("ebay", build(lineItems=[item], pricingSummary=summary("89.88", fee="2.0")))
    fees = [line for line in document["lines"] if line["category"] == "fees"]
    assert [(line["description"], line["unit_price"]) for line in fees] == [("Tire recycling fee", "2.00")]


@pytest.mark.parametrize(("country", "word"), [("AU", "GST"), ("US", "GST US")])
def test_a_seller_who_accounts_for_tax_names_it(country: str, word: str) -> None:
    """eBay says nothing of the GST in Australian prices; what goes abroad has a word of its own."""
    ship_to = {"contactAddress": {"countryCode": country}}
    told = build(
        {"tax": "GST", "country": "au"}, fulfillmentStartInstructions=[{"shippingStep": {"shipTo": ship_to}}]
    )
    assert {line.tax for line in read(told).lines} == {word}


def test_discounts_are_told_of_each_line() -> None:
    """Of the items by what they came to, of delivery by the order."""
    items = [
        line_item("1", discountedLineItemCost=amount("70.0")),
        line_item("2", title="Lamp", lineItemCost=amount("20.0"), ebayCollectAndRemitTaxes=[]),
    ]
    told = build(
        lineItems=items,
        pricingSummary=summary(
            "92.88",
            priceSubtotal="100.0",
            priceDiscount="-10.0",
            deliveryCost="7.88",
            deliveryDiscount="-5.0",
        ),
    )
    assert list_lines(invoice("ebay", told)) == [
        ("Switch", "80.00", None), ("Lamp", "20.00", None), ("Delivery", "7.88", None), ("Discount", "-15.00", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("adjustment", "total"), [("-8.0", "79.88"), ("8.0", "95.88")])
def test_a_price_that_was_changed_after_the_sale_counts(adjustment: str, total: str) -> None:
    """Lowered, it is a discount; raised, a line."""
    document = invoice("ebay", build(pricingSummary=summary(total, adjustment=adjustment)))
    assert document["total"] == total


def test_a_discount_that_no_line_tells_is_shared() -> None:
    """Where the order has one and its lines do not say of what."""
    items = [line_item("1"), line_item("2", lineItemCost=amount("20.0"), ebayCollectAndRemitTaxes=[])]
    told = build(
        lineItems=items, pricingSummary=summary("97.88", priceSubtotal="100.0", priceDiscount="-10.0")
    )
    assert [str(line.discount) for line in read(told).lines[:2]] == ["8.00", "2.00"]


def test_what_does_not_add_up_is_not_guessed() -> None:
    """All the numbers are in the sentence."""
    assert read_reason(build(pricingSummary=summary("90.00"))) == (
        "Its total is 90.00, and its lines come to 87.88, or 97.99 with the tax that eBay collects."
    )


def test_an_order_that_is_paid_out_in_another_currency_stays_in_its_own() -> None:
    """eBay gives what it was converted from."""
    fee = {"value": "14.10", "currency": "GBP", "convertedFromValue": "16.02", "convertedFromCurrency": "USD"}
    told = read(build(totalMarketplaceFee=fee))
    assert (told.currency, told.payments[0].amount, told.payments[0].fee) == (
        "USD", Decimal("87.88"), Decimal("16.02"),
    )  # fmt: skip
    strange = read(build(totalMarketplaceFee={"value": "14.10", "currency": "GBP"}))
    assert strange.payments[0].fee is None
    mixed = build(lineItems=[line_item(lineItemCost=amount("80.0", "GBP"))])
    assert read_reason(mixed) == "It has amounts in USD and in GBP."


@pytest.mark.parametrize(
    ("status", "payment", "cancel", "expected"),
    [
        ("PAID", "PAID", "NONE_REQUESTED", OrderState.PLACED),
        ("PENDING", "PENDING", "NONE_REQUESTED", OrderState.PLACED),
        ("FAILED", "FAILED", "NONE_REQUESTED", OrderState.UNPLACED),
        ("PENDING", "PENDING", "CANCELED", OrderState.CANCELLED),
        ("FAILED", "FAILED", "CANCELED", OrderState.CANCELLED),
        ("PENDING", "PAID", "CANCELED", OrderState.PLACED),
        ("PAID", "PAID", "IN_PROGRESS", OrderState.PLACED),
        ("PARTIALLY_REFUNDED", "PAID", "NONE_REQUESTED", OrderState.PLACED),
        ("FULLY_REFUNDED", "PAID", "CANCELED", OrderState.PLACED),
    ],
)
def test_every_state_of_ebay_has_its_meaning(
    status: str, payment: str, cancel: str, expected: OrderState
) -> None:
    """`PENDING` is also said of a refund under way, so whether it was paid is asked of the payment."""
    told = read(
        build(orderPaymentStatus=status, paymentSummary=pay(payment), cancelStatus={"cancelState": cancel})
    )
    assert told.state is expected
    assert bool(told.payments) is (payment == "PAID")


def test_refunds_are_told_once_each() -> None:
    """Whether eBay tells them of the order, of a line, or of both; those under way are not told yet."""
    item = line_item(refunds=[
        {"amount": amount("5.0"), "refundDate": "2026-11-22T01:00:00.000Z", "refundId": "5251"},
        {"amount": amount("20.0"), "refundDate": "2026-11-21T03:15:00.000Z", "refundId": "5250"},
        {"amount": amount("1.0"), "refundId": "5252"},
    ])  # fmt: skip
    told = build(
        orderPaymentStatus="PARTIALLY_REFUNDED",
        lineItems=[item],
        paymentSummary=pay("PAID", refund("20.0"), refund("9.0", "5253", "PENDING")),
    )
    document = invoice("ebay", told)
    assert [(each["id"], each["amount"], each["applied_on"]) for each in document["credits"]] == [
        ("5250", "20.00", "2026-11-21"), ("5251", "5.00", "2026-11-22"),
    ]  # fmt: skip
    assert [each["amount"] for each in document["payments"]] == ["62.88"]
    assert find_due(document) == 0


def test_an_order_that_was_refunded_whole_owes_nothing() -> None:
    """Whatever its refunds come to."""
    told = build(orderPaymentStatus="FULLY_REFUNDED", paymentSummary=pay("PAID", refund("80.0")))
    document = invoice("ebay", told)
    assert [each["amount"] for each in document["credits"]] == ["80.00", "7.88"]
    assert document["payments"] == []
    assert find_due(document) == 0


def test_a_refund_of_no_known_day_is_of_the_cancellation() -> None:
    """Where eBay says only that all was refunded."""
    cancelled = {"cancelState": "CANCELED", "cancelledDate": "2026-11-24T01:00:00.000Z"}
    told = read(build(orderPaymentStatus="FULLY_REFUNDED", cancelStatus=cancelled))
    assert [each.refunded_on for each in told.refunds] == [date(2026, 11, 24)]


def test_a_buyer_whose_name_no_id_can_hold_has_one() -> None:
    """eBay's user names may have stars."""
    assert invoice("ebay", build())["contact"]["id"].startswith("id-")


def test_a_line_names_what_the_buyer_chose() -> None:
    """Of a listing with variations."""
    chosen = [{"name": "Colour", "value": "White"}]
    told = read(build(lineItems=[line_item(variationAspects=chosen)]))
    assert told.lines[0].title == "Switch (Colour: White)"
