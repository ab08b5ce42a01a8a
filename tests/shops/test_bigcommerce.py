"""A look at a shop of BigCommerce over HTTP: pages that are counted, its parts, and its webhooks."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from app.clock import ManualClock
from app.shops.order import ShopOrder
from app.shops.platform import CredentialsRefused, ShopFailed, Unreadable
from app.shops.platforms.bigcommerce.shop import BIGCOMMERCE
from tests.shops.bigcommerce_orders import Good
from tests.shops.bigcommerce_shop import BELOW, TOKEN, BigCommerceShop, build_webhook
from tests.shops.stand_in import Reply, open_stand_in
from tests.shops.visit import SYDNEY, Visit, open_visit

LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)
BEFORE, LATER = datetime(2026, 6, 30, 13, 59, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
"""A minute before the first day of orders in Sydney; long after it."""
TAP = Good("Tap", "55.00", 2, sku="TAP-1")


@pytest.fixture
def clock() -> ManualClock:
    """The story's time."""
    return ManualClock()


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


async def test_every_order_comes_once_and_the_oldest_change_first(
    shop: BigCommerceShop, visit: Visit, clock: ManualClock
) -> None:
    """Pages are read to their end, in the order of the changes; what did not change since is not among them."""
    shop.place(TAP)
    since = clock.advance(timedelta(minutes=1))
    orders = []
    for _ in range(23):
        orders.append(shop.place(TAP))
        clock.advance(timedelta(seconds=1))
    pages = await visit.pages(since)
    assert [order.id for page in pages for order in page.orders] == [str(order.id) for order in orders]
    assert pages[-1].at == clock.now()


@pytest.mark.proof
async def test_no_order_is_passed_over_where_another_changes_while_pages_are_turned(
    shop: BigCommerceShop, visit: Visit, clock: ManualClock
) -> None:
    """An edited order leaves the first page, and all others move up by one: those are read all the same."""
    orders = []
    for _ in range(25):
        orders.append(shop.place(TAP))
        clock.advance(timedelta(seconds=1))
    first = await visit.page(LONG_AGO)
    for order in orders[:4]:
        shop.move(order, 10)
    listed = [*first.orders]
    cursor = first.next
    while cursor is not None:
        page = await visit.page(LONG_AGO, cursor)
        listed, cursor = [*listed, *page.orders], page.next
    assert {order.id for order in listed} == {str(order.id) for order in orders}
    assert [order.id for order in listed[-4:]] == [str(order.id) for order in orders[:4]]


@pytest.mark.proof
async def test_more_orders_of_one_second_than_a_page_has_are_all_read(
    shop: BigCommerceShop, visit: Visit, clock: ManualClock
) -> None:
    """A change of many orders at once gives them one instant: then pages are counted, and the look ends."""
    orders = [shop.place(TAP) for _ in range(21)]
    clock.advance(timedelta(seconds=1))
    last = shop.place(TAP)
    listed = await visit.walk(LONG_AGO)
    assert {order.id for order in listed} == {str(order.id) for order in [*orders, last]}


async def test_a_first_look_begins_with_the_day_from_which_orders_count(
    shop: BigCommerceShop, visit: Visit, clock: ManualClock
) -> None:
    """The first of July begins in Sydney ten hours before it does in UTC."""
    clock.set(datetime(2026, 6, 30, 13, 59, tzinfo=UTC))
    shop.place(TAP)
    clock.set(datetime(2026, 6, 30, 14, 1, tzinfo=UTC))
    counted = shop.place(TAP)
    order = await visit.get_one()
    assert (order.number, order.placed_on.isoformat()) == (str(counted.id), "2026-07-01")


async def test_a_shop_without_changes_answers_nothing_at_all(shop: BigCommerceShop, visit: Visit) -> None:
    """204 without a body is a page without orders, and the last."""
    (page,) = await visit.pages(LONG_AGO)
    assert page.orders == ()
    assert len(shop.calls) == 1


async def test_only_what_an_order_has_is_asked_for(shop: BigCommerceShop, visit: Visit) -> None:
    """Products and transactions always; taxes and coupons where there are some; nothing of a checkout left halfway."""
    shop.place(Good("Book", "30.00", taxes=()))
    shop.place(TAP, status_id=0)
    await visit.walk(LONG_AGO)
    paths = [call.path.split("/stores/taps")[1] for call in shop.calls]
    assert paths == [
        "/v2/orders",
        "/v3/orders/payment_actions/refunds",
        "/v2/orders/101/products",
        "/v3/orders/101/transactions",
    ]
    assert shop.calls[1].query["order_id:in"] == "101"


async def test_a_long_order_and_many_refunds_are_read_whole(shop: BigCommerceShop, visit: Visit) -> None:
    """Products and taxes beyond one page of 250 are asked for, and so are refunds."""
    placed = shop.place(*[Good(f"Part {place}", "11.00") for place in range(260)])
    shop.take(placed, "purchase", "2860.00")
    for _ in range(255):
        shop.refund(placed, "1.00")
    order = await visit.get_one()
    assert len(order.lines) == 260
    assert {line.tax for line in order.lines} == {"GST 10%"}
    assert len(order.refunds) == 255


async def test_one_order_is_found_by_its_number(shop: BigCommerceShop, visit: Visit) -> None:
    """One that is not there is None, and so is what is no number."""
    placed = shop.place(TAP, fees=(Good("Insurance", "2.20", taxes=()),))
    found = await visit.find(str(placed.id))
    assert isinstance(found, ShopOrder)
    assert [line.id for line in found.lines] == [str(placed.ids[0]), "fee.1"]
    assert await visit.find("9") is None
    assert await visit.find("101/products") is None


async def test_one_order_that_cannot_be_read_stops_no_other(shop: BigCommerceShop, visit: Visit) -> None:
    """Money in another currency than the order's is told with its reason, and the orders after it are read."""
    odd = shop.place(TAP)
    shop.take(odd, "purchase", "110.00", currency="USD")
    shop.place(TAP)
    first, second = await visit.walk(LONG_AGO)
    assert isinstance(first, Unreadable)
    assert first.reason == "Its transaction 1 is in USD, and it is in AUD."
    assert isinstance(second, ShopOrder)


async def test_a_token_that_is_refused_and_an_address_without_a_shop_are_told_as_such(
    shop: BigCommerceShop, clock: ManualClock
) -> None:
    """A person must act on both."""
    async with open_visit(
        BIGCOMMERCE, shop, {"access_token": "of another"}, below=BELOW, zone=SYDNEY
    ) as visit:
        with pytest.raises(CredentialsRefused, match="refused its credentials with 401"):
            await visit.walk()
    async with open_visit(
        BIGCOMMERCE, shop, {"access_token": TOKEN}, below="/stores/other", zone=SYDNEY
    ) as visit:
        with pytest.raises(ShopFailed, match="There is no BigCommerce shop at this address"):
            await visit.walk()


async def test_a_shop_that_had_too_many_calls_is_left_alone(shop: BigCommerceShop, visit: Visit) -> None:
    """The page is asked for again as a whole."""
    shop.place(TAP)
    shop.trouble(
        Reply(429, {"status": 429, "title": "Too many requests"}, {"x-rate-limit-time-reset-ms": "15000"})
    )
    with pytest.raises(ShopFailed, match="too many calls") as failed:
        await visit.walk()
    assert failed.value.status == 429


async def test_a_cursor_of_another_making_begins_the_look_anew(visit: Visit) -> None:
    """It is no place of this look."""
    with pytest.raises(ShopFailed, match="begins anew"):
        await visit.page(LONG_AGO, "page=2")


async def test_a_webhook_is_signed_as_standard_webhooks_are(shop: BigCommerceShop) -> None:
    """By the account's client secret, as the library of that standard signs; one of several signatures will do."""
    order = shop.place(TAP)
    body, headers = build_webhook(order, "hush", shop.now)
    assert BIGCOMMERCE.is_signed("hush", headers, body)
    assert not BIGCOMMERCE.is_signed("hushed", headers, body)
    assert not BIGCOMMERCE.is_signed("hush", headers, body + b" ")
    assert not BIGCOMMERCE.is_signed("hush", headers | {"webhook-id": "msg_2"}, body)
    assert not BIGCOMMERCE.is_signed("hush", {}, body)
    by_library = Webhook("whsec_aHVzaA==").sign("msg_1", shop.now, body.decode())
    assert BIGCOMMERCE.is_signed(
        "hush", headers | {"webhook-signature": f"v1,bm90aGluZw== {by_library}"}, body
    )


async def test_an_order_from_before_the_first_day_stays_unread_when_it_changes(
    shop: BigCommerceShop, visit: Visit, clock: ManualClock
) -> None:
    """As in the list of all: what was placed before `orders_from` is in the books, though it is sent off now."""
    clock.set(BEFORE)
    old = shop.place(TAP)
    clock.set(LATER)
    shop.move(old, 2)
    new = shop.place(TAP)
    for since in (None, LATER - timedelta(minutes=1)):
        assert [order.id for order in await visit.walk(since)] == [str(new.id)]
