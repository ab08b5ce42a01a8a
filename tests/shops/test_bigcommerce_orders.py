"""Orders of BigCommerce as invoices: where they are, lines with their taxes, money that came in and went back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.clock import ManualClock
from app.shops.document import build_document
from app.shops.order import OrderState, ShopOrder
from app.shops.platform import OrderUnreadable
from app.shops.platforms.bigcommerce.shop import BIGCOMMERCE
from tests.shops.bigcommerce_orders import STATUSES, Good
from tests.shops.bigcommerce_shop import BELOW, TOKEN, BigCommerceShop
from tests.shops.stand_in import open_stand_in
from tests.shops.visit import SYDNEY, Visit, open_visit

TAP = Good("Tap", "55.00", 2, sku="TAP-1")


@pytest.fixture
def clock() -> ManualClock:
    """The story's time: late in the evening of the nineteenth in UTC, the twentieth in Sydney."""
    return ManualClock(datetime(2026, 11, 19, 22, 15, tzinfo=UTC))


@pytest.fixture
async def shop(clock: ManualClock) -> AsyncIterator[BigCommerceShop]:
    """A shop."""
    async with open_stand_in(BigCommerceShop(clock)) as shop:
        yield shop


@pytest.fixture
async def visit(shop: BigCommerceShop, clock: ManualClock) -> AsyncIterator[Visit]:
    """The way into it."""
    async with open_visit(BIGCOMMERCE, shop, {"access_token": TOKEN}, below=BELOW, zone=SYDNEY) as visit:
        yield visit


def show_lines(order: ShopOrder) -> list[tuple[str, str, str, str | None]]:
    """Title, amount, discount and tax of each line."""
    return [(each.title, str(each.amount), str(each.discount), each.tax) for each in order.lines]


def show_money(order: ShopOrder) -> dict[str, Any]:
    """What the document says was paid and credited."""
    document = build_document("bigcommerce", order)
    return {
        "payments": [(each["amount"], each["method"]) for each in document["payments"]],
        "credits": [each["amount"] for each in document["credits"]],
    }


async def test_an_order_with_all_its_lines(shop: BigCommerceShop, visit: Visit) -> None:
    """Lines are what was paid for them, in the currency that was paid in; shipping and fees have their categories."""
    placed = shop.place(
        TAP,
        Good("Hose", "20.00", off="2.50", taxes=(("PST", "7"), ("GST", "5"))),
        shipping=Good("Shipping", "9.90"),
        fees=(Good("Insurance", "2.20", taxes=()),),
        customer_id=681,
    )
    shop.take(placed, "purchase", "139.60")
    order = await visit.get_one()
    assert show_lines(order) == [
        ("Tap", "110.00", "0.00", "GST 10%"),
        ("Hose", "17.50", "2.50", "GST 5% + PST 7%"),
        ("Shipping", "9.90", "0.00", "GST 10%"),
        ("Insurance", "2.20", "0.00", None),
    ]
    document = build_document("bigcommerce", order)
    assert (document["total"], document["currency"], document["issued_on"]) == ("139.60", "AUD", "2026-11-20")
    assert [each["category"] for each in document["lines"]] == [None, None, "shipping", "fees", "discount"]
    assert document["contact"] == {
        "id": "bigcommerce.681",
        "name": "Kim Tran",
        "email": "kim@example.com",
        "phone": "0400 000 000",
    }
    assert show_money(order) == {"payments": [("139.60", "stripe")], "credits": []}


async def test_a_guest_is_known_by_the_email(shop: BigCommerceShop, visit: Visit) -> None:
    """A customer id of nothing is a guest."""
    shop.place(TAP)
    order = await visit.get_one()
    assert order.customer.id is None
    assert build_document("bigcommerce", order)["contact"]["id"].startswith("guest-")


async def test_shipping_that_a_coupon_took_off_is_a_discount(shop: BigCommerceShop, visit: Visit) -> None:
    """It is in no line of a product, and the total says that it was taken off."""
    shop.place(TAP, shipping=Good("Shipping", "9.90"), shipping_off=Decimal("9.90"))
    order = await visit.get_one()
    assert show_lines(order)[2:] == [("Shipping discount", "-9.90", "9.90", "GST 10%")]
    document = build_document("bigcommerce", order)
    assert document["total"] == "110.00"
    assert [(each["category"], each["unit_price"]) for each in document["lines"]][-1] == ("discount", "-9.90")


@pytest.mark.parametrize("is_in_total", [True, False])
async def test_what_was_paid_by_promises_is_a_payment(
    shop: BigCommerceShop, visit: Visit, is_in_total: bool
) -> None:
    """Store credit and a gift certificate pay a part, whether the shop's total has that part in it or not."""
    placed = shop.place(
        TAP, store_credit=Decimal(20), gift_certificate=Decimal(15), has_promises_in_total=is_in_total
    )
    shop.take(placed, "purchase", "75.00")
    shop.take(placed, "purchase", "20.00", method="store_credit", gateway="storecredit")
    order = await visit.get_one()
    assert order.total == Decimal("110.00")
    assert show_money(order)["payments"] == [
        ("75.00", "stripe"),
        ("20.00", "store_credit"),
        ("15.00", "gift_certificate"),
    ]


@pytest.mark.parametrize("status_id", sorted(STATUSES))
async def test_where_an_order_is(shop: BigCommerceShop, visit: Visit, status_id: int) -> None:
    """Checkouts that were not completed stay home, called off ones are cancelled, all others were placed."""
    shop.place(TAP, status_id=status_id)
    expected = {
        0: OrderState.UNPLACED,
        1: OrderState.UNPLACED,
        5: OrderState.CANCELLED,
        6: OrderState.CANCELLED,
    }
    assert (await visit.get_one()).state is expected.get(status_id, OrderState.PLACED)


async def test_an_order_that_was_paid_was_placed(shop: BigCommerceShop, visit: Visit) -> None:
    """Pending or cancelled, money came in: it is an invoice, with what went back."""
    placed = shop.place(TAP, status_id=1)
    shop.take(placed, "purchase", "110.00")
    assert (await visit.get_one()).state is OrderState.PLACED
    shop.refund(placed, "110.00")
    shop.move(placed, 5)
    order = await visit.get_one()
    assert order.state is OrderState.PLACED
    assert show_money(order) == {"payments": [], "credits": ["110.00"]}


async def test_a_status_that_is_not_documented_makes_the_order_unreadable(
    shop: BigCommerceShop, visit: Visit
) -> None:
    """Nobody knows whether it was placed."""
    STATUSES[15] = "New"
    try:
        shop.place(TAP, status_id=15)
        assert await visit.get_reason() == "Its status_id is '15', which BigCommerce does not document."
    finally:
        del STATUSES[15]


async def test_a_test_order_is_no_invoice(shop: BigCommerceShop, visit: Visit) -> None:
    """A gateway in test mode took no money."""
    shop.take(shop.place(TAP), "purchase", "110.00", test=True)
    assert (await visit.get_one()).state is OrderState.UNPLACED


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ("authorization", {}),
        ("pending", {"method": "offline", "gateway": "bankdeposit"}),
        ("purchase", {"status": "error"}),
        ("void", {}),
    ],
)
async def test_money_that_did_not_come_is_no_payment(
    shop: BigCommerceShop, visit: Visit, event: str, more: dict[str, str]
) -> None:
    """What was reserved, waits, failed or was let go is none."""
    shop.take(shop.place(TAP), event, "110.00", **more)
    order = await visit.get_one()
    assert (order.state, order.payments) == (OrderState.PLACED, ())


async def test_money_by_hand_is_a_payment_once_the_order_awaits_it_no_more(
    shop: BigCommerceShop, visit: Visit
) -> None:
    """A bank deposit is not seen by a gateway: the order's status tells that it came."""
    placed = shop.place(TAP, status_id=7)
    shop.take(placed, "purchase", "110.00", method="offline", gateway="bankdeposit")
    assert show_money(await visit.get_one())["payments"] == []
    shop.move(placed, 11)
    assert show_money(await visit.get_one())["payments"] == [("110.00", "bankdeposit")]


async def test_a_payment_that_settles_is_one_payment(shop: BigCommerceShop, visit: Visit) -> None:
    """What settles a capture is the same money; what settles a payment that was pending is the money itself."""
    placed = shop.place(TAP)
    capture = shop.take(placed, "capture", "60.00")
    shop.take(placed, "settled", "60.00", reference_transaction_id=capture["id"])
    pending = shop.take(placed, "pending", "50.00")
    shop.take(placed, "settled", "50.00", reference_transaction_id=pending["id"])
    payments = (await visit.get_one()).payments
    assert [str(each.amount) for each in payments] == ["60.0", "50.0"]


async def test_what_goes_back_is_a_credit_and_lowers_the_payments(
    shop: BigCommerceShop, visit: Visit, clock: ManualClock
) -> None:
    """A refund by card, one that the gateway declined, which is none, and one in store credit, which is no money."""
    placed = shop.place(TAP)
    shop.take(placed, "purchase", "110.00")
    clock.advance(timedelta(days=2))
    shop.refund(placed, "30.00")
    shop.refund(placed, "20.00", ("storecredit", "20.00"))
    declined = shop.refund(placed, "10.00")
    declined["payments"][0]["is_declined"] = True
    order = await visit.get_one()
    assert [(str(each.amount), str(each.repaid), str(each.promised)) for each in order.refunds] == [
        ("30.00", "30.00", "0.00"),
        ("20.00", "0.00", "20.00"),
    ]
    assert order.refunds[0].refunded_on.isoformat() == "2026-11-22"
    assert show_money(order) == {"payments": [("80.00", "stripe")], "credits": ["30.00"]}


async def test_store_credit_goes_back_as_far_as_the_order_was_paid_by_it(
    shop: BigCommerceShop, visit: Visit
) -> None:
    """Of two refunds to store credit the first takes back what was paid by it."""
    placed = shop.place(TAP, store_credit=Decimal(25))
    shop.take(placed, "purchase", "85.00")
    shop.refund(placed, "20.00", ("storecredit", "20.00"))
    shop.refund(placed, "20.00", ("storecredit", "20.00"))
    order = await visit.get_one()
    assert [(str(each.repaid), str(each.promised)) for each in order.refunds] == [
        ("20.00", "0.00"),
        ("5.00", "15.00"),
    ]


async def test_a_sum_that_no_line_explains_is_left_to_the_document(
    shop: BigCommerceShop, visit: Visit
) -> None:
    """The lines stay as they are, and the total as the shop told it: nothing is made to fit, and both are told."""
    shop.place(TAP, unexplained=Decimal("-3.00"))
    (order,) = await visit.walk()
    assert isinstance(order, ShopOrder)
    with pytest.raises(OrderUnreadable, match=r"Its lines come to 110\.00, and its total is 107\.00\."):
        build_document("bigcommerce", order)
