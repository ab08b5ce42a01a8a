"""A look at a shop of Shopify over HTTP: tokens, pages, what it says in place of an answer, and its webhooks."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from app.clock import ManualClock
from app.shops.order import ShopOrder
from app.shops.platform import CredentialsRefused, Listed, OrderHidden, ShopFailed, Unreadable
from app.shops.platforms.shopify.shop import SHOPIFY
from tests.shops.shopify_orders import Item
from tests.shops.shopify_shop import GRAPHQL, TOKEN, TOKENS, ShopifyShop
from tests.shops.stand_in import Reply, open_stand_in
from tests.shops.visit import SYDNEY, Visit, open_visit

LONG_AGO = datetime(2026, 11, 20, tzinfo=UTC)
BEFORE, LATER = datetime(2026, 6, 30, 13, 59, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
"""A minute before the first day of orders in Sydney; long after it."""
TAP = Item("Tap", "110.00", sku="TAP-1")


@pytest.fixture
def clock() -> ManualClock:
    """The story's time."""
    return ManualClock()


@pytest.fixture
async def shop(clock: ManualClock) -> AsyncIterator[ShopifyShop]:
    """A shop whose token does not end."""
    async with open_stand_in(ShopifyShop(clock)) as shop:
        yield shop


@pytest.fixture
async def visit(shop: ShopifyShop, clock: ManualClock) -> AsyncIterator[Visit]:
    """The way into it."""
    async with open_visit(SHOPIFY, shop, {"access_token": TOKEN}, zone=SYDNEY) as visit:
        yield visit


def number_of(order: ShopOrder | Unreadable | Listed) -> str:
    """The number of an order that was read with its page, as all are here."""
    assert not isinstance(order, Listed), order
    return order.number


async def test_every_order_comes_once_and_the_oldest_change_first(
    shop: ShopifyShop, visit: Visit, clock: ManualClock
) -> None:
    """Pages are read to their end, in the order of the changes; what did not change since is not among them."""
    shop.place(TAP)
    since = clock.advance(timedelta(minutes=1))
    orders = []
    for _ in range(57):
        orders.append(shop.place(TAP))
        clock.advance(timedelta(seconds=1))
    pages = await visit.pages(since)
    numbers = [number_of(order) for page in pages for order in page.orders]
    assert numbers == [order.name for order in orders]
    assert [len(page.orders) for page in pages] == [25, 25, 7]
    assert pages[-1].at == clock.now()


async def test_what_changes_while_pages_are_turned_comes_again(
    shop: ShopifyShop, visit: Visit, clock: ManualClock
) -> None:
    """An order that is edited between two pages moves to the end of the look, and none is passed over."""
    orders = [shop.place(TAP) for _ in range(30)]
    clock.advance(timedelta(seconds=5))
    first = await visit.page(LONG_AGO)
    shop.take(orders[2], "SALE", "110.00")
    second = await visit.page(LONG_AGO, first.next)
    numbers = [number_of(order) for order in (*first.orders, *second.orders)]
    assert sorted(set(numbers)) == sorted(order.name for order in orders)
    assert numbers[-1] == orders[2].name


async def test_a_first_look_begins_with_the_day_from_which_orders_count(
    shop: ShopifyShop, visit: Visit, clock: ManualClock
) -> None:
    """The first of July begins in Sydney ten hours before it does in UTC."""
    clock.set(datetime(2026, 6, 30, 13, 59, tzinfo=UTC))
    shop.place(TAP)
    clock.set(datetime(2026, 6, 30, 14, 1, tzinfo=UTC))
    counted = shop.place(TAP)
    order = await visit.get_one()
    assert (order.number, order.placed_on.isoformat()) == (counted.name, "2026-07-01")


async def test_a_long_order_and_its_long_refund_are_read_whole(shop: ShopifyShop, visit: Visit) -> None:
    """Lines beyond the first page of them are asked for, and so are those of a refund."""
    placed = shop.place(*[Item(f"Part {place}", "11.00") for place in range(73)])
    shop.take(placed, "SALE", "803.00")
    shop.refund(placed, dict.fromkeys(range(61), 1))
    order = await visit.get_one()
    assert len(order.lines) == 73
    assert [(str(each.amount), str(each.repaid)) for each in order.refunds] == [("671.00", "671.00")]


async def test_a_page_that_is_too_dear_is_asked_for_smaller(clock: ManualClock) -> None:
    """Where Shopify finds the question too dear, fewer orders are asked for, and as few on the pages after it."""
    async with (
        open_stand_in(ShopifyShop(clock, dearest=1_000)) as shop,
        open_visit(SHOPIFY, shop, {"access_token": TOKEN}, zone=SYDNEY) as visit,
    ):
        for _ in range(7):
            shop.place(TAP)
        pages = await visit.pages(LONG_AGO)
        assert [len(page.orders) for page in pages] == [3, 3, 1]
        assert len(shop.calls) == 6


async def test_one_order_is_found_by_its_number(shop: ShopifyShop, visit: Visit) -> None:
    """It is asked for by its global id; one that is not there is None, and so is what is no number."""
    placed = shop.place(TAP)
    order_id = placed.id.rsplit("/", 1)[1]
    found = await visit.find(order_id)
    assert isinstance(found, ShopOrder)
    assert (found.id, found.number) == (order_id, placed.name)
    assert found.url == f"{shop.address}/admin/orders/{order_id}"
    assert await visit.find("1") is None
    assert await visit.find("1/../2") is None


async def test_an_order_of_long_ago_is_hidden_from_an_app_that_may_not_see_all(
    shop: ShopifyShop, visit: Visit, clock: ManualClock
) -> None:
    """It is not told as one that is gone; to an app that may see all it is there, and what is not there is gone."""
    order_id = shop.place(TAP).id.rsplit("/", 1)[1]
    clock.advance(timedelta(days=61))
    assert isinstance(await visit.find(order_id), ShopOrder)
    shop.scopes.remove("read_all_orders")
    with pytest.raises(OrderHidden, match="no order of more than sixty days ago"):
        await visit.find(order_id)


async def test_one_order_that_cannot_be_read_stops_no_other(shop: ShopifyShop, visit: Visit) -> None:
    """It is told with its reason, and the orders after it are read."""
    odd = shop.place(TAP)
    odd.given += 55
    shop.place(TAP)
    first, second = await visit.walk()
    assert isinstance(first, Unreadable)
    assert first.reason == "It is worth 55.00 now, and its total less its refunds is 110.00."
    assert first.number == odd.name
    assert isinstance(second, ShopOrder)


async def test_a_token_is_asked_for_by_the_app_and_again_when_it_ended(clock: ManualClock) -> None:
    """An app of the business's own has tokens for a day: each is kept before it is used, and used until it ends."""
    async with open_stand_in(ShopifyShop(clock, token=None)) as shop:
        known = {"client_id": shop.client_id, "client_secret": shop.client_secret}
        async with open_visit(SHOPIFY, shop, known, zone=SYDNEY) as visit:
            shop.place(TAP)
            for _ in range(2):
                assert len(await visit.walk()) == 1
            assert shop.asked() == [f"POST {TOKENS}", *[f"POST {GRAPHQL}"] * 2]
            assert (visit.kept, visit.ends) == ([{**known, "access_token": "shpat_0"}], [None])
            clock.advance(timedelta(hours=25))
            assert len(await visit.walk()) == 1
            assert shop.asked(3) == [f"POST {GRAPHQL}", f"POST {TOKENS}", f"POST {GRAPHQL}"]
            assert visit.kept[-1]["access_token"] == "shpat_1"


async def test_an_app_that_is_not_installed_is_told_as_such(clock: ManualClock) -> None:
    """Shopify gives it no token, and a person must act."""
    async with open_stand_in(ShopifyShop(clock, token=None)) as shop:
        known = {"client_id": shop.client_id, "client_secret": "of another app"}
        async with open_visit(SHOPIFY, shop, known, zone=SYDNEY) as visit:
            with pytest.raises(CredentialsRefused, match="its app must be installed in the shop"):
                await visit.walk()


async def test_credentials_that_are_refused_are_told_as_such(shop: ShopifyShop, clock: ManualClock) -> None:
    """A wrong token, none at all, and a scope that is missing: a person must act."""
    async with open_visit(SHOPIFY, shop, {"access_token": "shpat_of_another"}, zone=SYDNEY) as visit:
        with pytest.raises(CredentialsRefused, match="refused its credentials with 401"):
            await visit.walk()
    async with open_visit(SHOPIFY, shop, {}, zone=SYDNEY) as visit:
        with pytest.raises(CredentialsRefused, match="no access_token"):
            await visit.walk()
    async with open_visit(SHOPIFY, shop, {"access_token": TOKEN}, zone=SYDNEY) as visit:
        denied = {
            "message": "Access denied for orders field.",
            "extensions": {"code": "ACCESS_DENIED"},
            "path": ["orders"],
        }
        shop.trouble(Reply(200, {"data": {"orders": None}, "errors": [denied]}))
        with pytest.raises(CredentialsRefused, match="Give it the scopes read_orders"):
            await visit.walk()


async def test_a_shop_that_had_too_many_questions_says_for_how_long(shop: ShopifyShop, visit: Visit) -> None:
    """The bucket fills at a rate that Shopify tells, so the wait is known: 752 points less 352, at 50 a second."""
    bucket = {"maximumAvailable": 1000.0, "currentlyAvailable": 352, "restoreRate": 50.0}
    cost = {"requestedQueryCost": 752, "actualQueryCost": None, "throttleStatus": bucket}
    throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    shop.trouble(Reply(200, {"errors": [throttled], "extensions": {"cost": cost}}))
    with pytest.raises(ShopFailed, match="too many questions") as failed:
        await visit.walk()
    assert failed.value.retry_after == timedelta(seconds=8)


async def test_an_address_without_a_shop_is_told_as_such(shop: ShopifyShop, visit: Visit) -> None:
    """Shopify answers 404 for a shop that is not there."""
    shop.trouble(Reply(404, {"errors": "Not Found"}))
    with pytest.raises(ShopFailed, match="There is no Shopify shop at this address"):
        await visit.walk()


def test_a_webhook_is_the_shops_own_where_its_body_was_signed_by_the_secret() -> None:
    """Base64 of the HMAC-SHA256 of the raw body, worked out by another program; any other byte is another body."""
    body = b'{"admin_graphql_api_id":"gid://shopify/Order/1"}'
    digest = "ZvnPsJtptTPLmId3aWZ7IG" + "WoIVp0c0VlXXJgmwQYAiY="
    headers = {"x-shopify-hmac-sha256": digest}
    assert SHOPIFY.is_signed("hush", headers, body)
    assert not SHOPIFY.is_signed("hush", headers, body + b" ")
    assert not SHOPIFY.is_signed("hushed", headers, body)
    assert not SHOPIFY.is_signed("hush", {}, body)


async def test_an_order_from_before_the_first_day_stays_unread_when_it_changes(
    shop: ShopifyShop, visit: Visit, clock: ManualClock
) -> None:
    """As in the list of all: what was placed before `orders_from` is in the books already, however it is paid now."""
    clock.set(BEFORE)
    old = shop.place(TAP)
    clock.set(LATER)
    shop.take(old, "SALE", "110.00")
    new = shop.place(TAP)
    for since in (None, LATER - timedelta(minutes=1)):
        told = [order.number for order in await visit.walk(since) if isinstance(order, ShopOrder)]
        assert told == [new.name]
