"""Orders of Shopify as invoices: lines that come to the total, taxes by name, money that came in and went back."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.clock import ManualClock
from app.shops.document import build_document
from app.shops.order import OrderState, ShopOrder
from app.shops.platforms.shopify.shop import SHOPIFY
from tests.shops.shopify_graph import connect
from tests.shops.shopify_orders import Item, Money
from tests.shops.shopify_shop import TOKEN, ShopifyShop
from tests.shops.stand_in import open_stand_in
from tests.shops.visit import SYDNEY, Visit, open_visit

TAP = Item("Tap - Chrome", "55.00", 2, sku="TAP-1")
KIM = {"id": "gid://shopify/Customer/77", "displayName": "Kim Tran"}


@pytest.fixture
def clock() -> ManualClock:
    """The story's time: late in the evening of the nineteenth in UTC, the twentieth in Sydney."""
    return ManualClock(datetime(2026, 11, 19, 22, 15, tzinfo=UTC))


@pytest.fixture
async def shop(clock: ManualClock) -> AsyncIterator[ShopifyShop]:
    """A shop."""
    async with open_stand_in(ShopifyShop(clock)) as shop:
        yield shop


@pytest.fixture
async def visit(shop: ShopifyShop, clock: ManualClock) -> AsyncIterator[Visit]:
    """The way into it."""
    async with open_visit(SHOPIFY, shop, {"access_token": TOKEN}, zone=SYDNEY) as visit:
        yield visit


def show_lines(order: ShopOrder) -> list[tuple[str, str, str, str | None]]:
    """Title, amount, discount and tax of each line."""
    return [(each.title, str(each.amount), str(each.discount), each.tax) for each in order.lines]


def show_money(order: ShopOrder) -> dict[str, Any]:
    """What the document says was paid and credited."""
    document = build_document("shopify", order)
    return {
        "payments": [(each["amount"], each["method"]) for each in document["payments"]],
        "credits": [each["amount"] for each in document["credits"]],
    }


def add_up(lines: Sequence[dict[str, Any]]) -> Decimal:
    """What a document's lines come to."""
    return sum((Decimal(each["quantity"]) * Decimal(each["unit_price"]) for each in lines), Decimal(0))


async def test_an_order_with_tax_in_its_prices(shop: ShopifyShop, visit: Visit) -> None:
    """Lines and shipping are what was paid, discounts stand apart, and the day is the shop's own."""
    items = [TAP, Item("Hose", "20.00", off="2.50")]
    placed = shop.place(
        *items,
        shipping=Item("Express", "9.90"),
        customer=KIM,
        email="kim@example.com",
        note="Leave at the gate",
    )
    shop.take(placed, "SALE", "137.40")
    order = await visit.get_one()
    assert show_lines(order) == [
        ("Tap - Chrome", "110.00", "0.00", "GST 10%"),
        ("Hose", "17.50", "2.50", "GST 10%"),
        ("Express", "9.90", "0.00", "GST 10%"),
    ]
    document = build_document("shopify", order)
    assert (document["total"], document["number"], document["issued_on"]) == (
        "137.40",
        placed.name,
        "2026-11-20",
    )
    assert document["contact"] == {
        "id": "shopify.77",
        "name": "Kim Tran",
        "email": "kim@example.com",
        "phone": None,
    }
    assert document["lines"][0]["item_code"] == "TAP-1"
    assert [each["category"] for each in document["lines"]] == [None, None, "shipping", "discount"]
    assert document["reference"] == "Leave at the gate"
    assert show_money(order) == {"payments": [("137.40", "shopify_payments")], "credits": []}


async def test_an_order_whose_taxes_come_on_top(shop: ShopifyShop, visit: Visit) -> None:
    """Taxes are added to the lines that bear them; two on one line are one word, in the order of their names."""
    both = (("PST", "7"), ("GST", "5"))
    shop.place(
        Item("Valve", "19.99", 3, off="6.00", taxes=both),
        Item("Book", "30.00", taxes=(("GST", "5"), ("PST", "0"))),
        has_tax=False,
        shipping=Item("Post", "12.00", off="12.00", taxes=both),
    )
    order = await visit.get_one()
    assert show_lines(order) == [
        ("Valve", "60.45", "6.72", "GST 5% + PST 7%"),
        ("Book", "31.50", "0.00", "GST 5%"),
        ("Post", "0.00", "12.00", None),
    ]
    assert order.total == Decimal("91.95")
    assert add_up(build_document("shopify", order)["lines"]) == Decimal("91.95")


async def test_an_order_in_the_customers_currency(shop: ShopifyShop, visit: Visit) -> None:
    """The customer was charged in New Zealand's dollars: all amounts are those, and a fee in the shop's is none."""
    placed = shop.place(TAP, money=Money("NZD", "AUD", Decimal("0.91")))
    fee = {"amount": {"amount": "3.2", "currencyCode": "AUD"}}
    shop.take(placed, "SALE", "110.00", fees=[fee])
    order = await visit.get_one()
    assert (order.currency, order.total) == ("NZD", Decimal("110.0"))
    assert order.payments[0].amount == Decimal("110.0")
    assert order.payments[0].fee is None


async def test_what_the_total_has_in_it_is_a_line(shop: ShopifyShop, visit: Visit) -> None:
    """A tip and duties that no line is of are lines of their own; shipping that was taken off again is none."""
    placed = shop.place(TAP, shipping=Item("Courier", "9.90"), tip=Decimal("5.00"), duties=Decimal("7.25"))
    placed.shipping[0].is_removed = True
    order = await visit.get_one()
    assert [each[0] for each in show_lines(order)] == ["Tap - Chrome", "Tip", "Duties"]
    assert [each["category"] for each in build_document("shopify", order)["lines"]] == [None, "fees", "fees"]
    assert order.total == Decimal("122.25")


async def test_a_tip_that_is_a_line_already_is_told_once(shop: ShopifyShop, visit: Visit) -> None:
    """Where the lines come to the total without it, the tip is in one of them."""
    placed = shop.place(TAP, Item("Tip", "5.00", taxes=()))
    placed.tip, placed.lines[1].off = Decimal("5.00"), Decimal("5.00")
    assert [each[0] for each in show_lines(await visit.get_one())] == ["Tap - Chrome", "Tip", "Tip"]
    placed.tip, placed.lines[1].off = Decimal("0.00"), Decimal("0.00")
    assert [each[0] for each in show_lines(await visit.get_one())] == ["Tap - Chrome", "Tip"]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("AUTHORIZATION", {}),
        ("SALE", {"status": "PENDING"}),
        ("SALE", {"status": "FAILURE"}),
        ("VOID", {}),
    ],
)
async def test_money_that_did_not_come_is_no_payment(
    shop: ShopifyShop, visit: Visit, kind: str, more: dict[str, str]
) -> None:
    """What was reserved, waits, failed or was let go is none; the order is placed all the same, and due."""
    placed = shop.place(TAP)
    shop.take(placed, kind, "110.00", **more)
    order = await visit.get_one()
    assert order.state is OrderState.PLACED
    assert order.payments == ()


async def test_payments_are_by_the_gateway_that_took_them(shop: ShopifyShop, visit: Visit) -> None:
    """A gift card, cash of which change was given, and a captured card with its fee."""
    placed = shop.place(TAP)
    shop.take(placed, "SALE", "30.00", gateway="gift_card")
    cash = shop.take(placed, "SALE", "50.00", gateway="cash")
    shop.take(placed, "CHANGE", "10.00", gateway="cash", parentTransaction=cash)
    shop.take(placed, "AUTHORIZATION", "40.00")
    fee = {"amount": {"amount": "0.95", "currencyCode": "AUD"}}
    shop.take(placed, "CAPTURE", "40.00", fees=[fee])
    order = await visit.get_one()
    assert [(each.method, str(each.amount), each.fee and str(each.fee)) for each in order.payments] == [
        ("gift_card", "30.0", None),
        ("cash", "40.0", None),
        ("shopify_payments", "40.0", "0.95"),
    ]
    assert order.payments[0].paid_on.isoformat() == "2026-11-20"


async def test_goods_that_come_back_are_a_credit(shop: ShopifyShop, visit: Visit, clock: ManualClock) -> None:
    """One of two taps and the shipping: with the tax that came on top of the tap, and the payment is lowered."""
    placed = shop.place(TAP, has_tax=False, shipping=Item("Post", "5.00", taxes=()))
    shop.take(placed, "SALE", "126.00")
    clock.advance(timedelta(days=2))
    shop.refund(placed, {0: 1}, shipping="5.00", note="Wrong size")
    order = await visit.get_one()
    (refund,) = order.refunds
    assert (str(refund.amount), str(refund.repaid)) == ("65.50", "65.50")
    assert (refund.refunded_on.isoformat(), refund.reason) == ("2026-11-22", "Wrong size")
    assert show_money(order) == {"payments": [("60.50", "shopify_payments")], "credits": ["65.50"]}


@pytest.mark.parametrize(
    ("quantities", "money", "amount"),
    [({}, "5.85", "5.85"), ({0: 1}, "50.00", "50.00"), ({0: 1}, "60.00", "60.00")],
)
async def test_a_refund_is_what_was_given_and_not_what_was_reckoned(
    shop: ShopifyShop, visit: Visit, quantities: dict[int, int], money: str, amount: str
) -> None:
    """Money for nothing that came back, less than that is worth, and more."""
    placed = shop.place(TAP)
    shop.take(placed, "SALE", "110.00")
    shop.refund(placed, quantities, money=money)
    (refund,) = (await visit.get_one()).refunds
    assert (str(refund.amount), str(refund.repaid)) == (amount, amount)


async def test_a_refund_is_never_less_than_the_money_that_went_back(shop: ShopifyShop, visit: Visit) -> None:
    """Also where Shopify tells no difference between what was reckoned and what was given."""
    placed = shop.place(TAP)
    shop.take(placed, "SALE", "110.00")
    shop.refund(placed, money="5.85")["orderAdjustments"] = connect([])
    (refund,) = (await visit.get_one()).refunds
    assert (str(refund.amount), str(refund.repaid)) == ("5.85", "5.85")


async def test_an_edit_that_removes_a_line_is_a_credit_without_money(shop: ShopifyShop, visit: Visit) -> None:
    """Nothing was paid and nothing goes back: half of the order is owed no more."""
    shop.refund(shop.place(TAP), {0: 1}, money="0")
    order = await visit.get_one()
    assert order.total == Decimal("110.0")
    assert show_money(order) == {"payments": [], "credits": ["55.00"]}


async def test_an_edit_that_left_no_refund_is_not_guessed_at(shop: ShopifyShop, visit: Visit) -> None:
    """Both numbers are told."""
    shop.place(TAP).given += 55
    assert await visit.get_reason() == "It is worth 55.00 now, and its total less its refunds is 110.00."


async def test_a_refund_to_a_gift_card_is_no_money_unless_the_order_was_paid_by_one(
    shop: ShopifyShop, visit: Visit
) -> None:
    """A card that is given in place of money is a promise to the customer; a payment by card goes back."""
    placed = shop.place(TAP)
    shop.take(placed, "SALE", "110.00")
    shop.refund(placed, {0: 1}, gateway="gift_card")
    (refund,) = (await visit.get_one()).refunds
    assert (str(refund.amount), str(refund.repaid), str(refund.promised)) == ("55.00", "0.00", "55.00")
    placed.transactions[0]["gateway"] = "gift_card"
    (refund,) = (await visit.get_one()).refunds
    assert (str(refund.amount), str(refund.repaid), str(refund.promised)) == ("55.00", "55.00", "0.00")


async def test_a_refund_whose_money_is_on_its_way_waits(shop: ShopifyShop, visit: Visit) -> None:
    """Shopify counts what was not given yet as a difference, so that the refund comes to nothing until it is."""
    placed = shop.place(TAP)
    shop.take(placed, "SALE", "110.00")
    shop.refund(placed, {0: 1}, money="0.001", status="PENDING")
    assert (await visit.get_one()).refunds == ()


async def test_a_cancelled_order_is_cancelled_where_nothing_was_paid(shop: ShopifyShop, visit: Visit) -> None:
    """One that was paid stays, with what went back."""
    placed = shop.place(TAP)
    shop.cancel(placed)
    assert (await visit.get_one()).state is OrderState.CANCELLED
    shop.take(placed, "SALE", "110.00")
    shop.refund(placed, {0: 2})
    order = await visit.get_one()
    assert order.state is OrderState.PLACED
    assert show_money(order) == {"payments": [], "credits": ["110.00"]}


async def test_a_test_order_is_no_invoice(shop: ShopifyShop, visit: Visit) -> None:
    """Its money is none, and nobody placed it."""
    placed = shop.place(TAP, is_test=True)
    shop.take(placed, "SALE", "110.00")
    order = await visit.get_one()
    assert order.state is OrderState.UNPLACED
    assert order.payments == ()


async def test_an_amount_in_another_currency_is_not_counted_as_if_it_were_the_orders(
    shop: ShopifyShop, visit: Visit
) -> None:
    """The order says in which currency the customer was charged, and an amount in another one is told."""
    placed = shop.place(TAP)
    transaction = shop.take(placed, "SALE", "110.00")
    transaction["amountSet"] = Money("USD", "AUD").bag(Decimal(110))
    assert await visit.get_reason() == "Its amountSet is in USD, and the order is in AUD."


async def test_a_list_that_is_longer_than_was_asked_for_makes_the_order_unreadable(
    shop: ShopifyShop, visit: Visit
) -> None:
    """What is left out would be missing from the sum."""
    placed = shop.place(TAP, shipping=Item("Post", "5.00"))
    placed.shipping *= 6
    for place, line in enumerate(placed.shipping):
        line.id = f"gid://shopify/ShippingLine/{place}"
    assert await visit.get_reason() == "It has more than five shippingLines, which is more than is read."
