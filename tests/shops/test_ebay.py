"""eBay over HTTP: orders that are listed in an order that nobody promises, and tokens that live two hours."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from app.clock import ManualClock
from app.shops.platform import CredentialsRefused, OrderHidden, OrderPage, ShopFailed, Unreadable
from app.shops.platforms.ebay.shop import Ebay
from tests.shops.ebay_shop import EbayShop
from tests.shops.stand_in import Reply
from tests.shops.visit import Visit, open_visit

START = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
A_SECOND, AN_HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def clock() -> ManualClock:
    """eBay's clock, and ours."""
    return ManualClock(START)


@pytest.fixture
def shop(clock: ManualClock) -> EbayShop:
    """A seller without orders."""
    return EbayShop(clock)


@pytest.fixture
async def visit(shop: EbayShop, clock: ManualClock) -> AsyncIterator[Visit]:
    """A visit with a refresh token."""
    async with open_visit(Ebay(), shop, shop.credentials, orders_from=date(2026, 11, 1)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("since", "sorts_by"), [(START, "creationDate"), (START, "lastModifiedDate"), (None, "creationDate")]
)
async def test_orders_that_leave_the_list_while_it_is_read_hide_no_other(
    visit: Visit, shop: EbayShop, clock: ManualClock, since: datetime | None, sorts_by: str
) -> None:
    """Whatever eBay sorts changes by: those that change again leave the span, and those behind them move up."""
    shop.sorts_by = sorts_by
    for number in range(1, 251):
        shop.sell(f"27-{number:05}")
        clock.advance(A_SECOND)
    told, cursor = list[str](), None
    for first, last in ((1, 6), (120, 150), (0, 0), (0, 0), (0, 0)):
        page: OrderPage = await visit.page(since, cursor)
        told += [order.id for order in page.orders]
        clock.advance(A_SECOND)
        for number in range(first, last):
            shop.touch(f"27-{number:05}")
        cursor = page.next
        if cursor is None:
            break
    assert cursor is None
    # Those that changed meanwhile come with the next look.
    left = {f"27-{number:05}" for number in range(120, 150)} if since else set()
    assert {f"27-{number:05}" for number in range(1, 251)} - left <= set(told)


async def test_the_list_ends(visit: Visit, shop: EbayShop) -> None:
    """With a full page, with none, and with a part of one."""
    assert await visit.walk(START) == []
    for count in (100, 101, 200):
        shop.orders.clear()
        for number in range(count):
            shop.sell(f"27-{number:05}")
        assert len(await visit.walk(START)) == count


async def test_only_what_changed_since_is_asked_for_and_nothing_of_before_the_first_day(
    visit: Visit, shop: EbayShop, clock: ManualClock
) -> None:
    """What was placed before the day on which orders begin stays unread, also when it changes."""
    clock.set(datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    shop.sell("1")
    clock.set(START)
    shop.sell("2")
    assert [order.id for order in await visit.walk()] == ["2"]
    clock.advance(AN_HOUR)
    shop.touch("1")
    assert await visit.walk(clock.now()) == []
    shop.touch("2")
    assert [order.id for order in await visit.walk(clock.now())] == ["2"]


async def test_no_more_than_two_years_are_asked_for(shop: EbayShop, clock: ManualClock) -> None:
    """eBay refuses longer spans, so that nothing at all would be read."""
    shop.sell("1")
    async with open_visit(Ebay(), shop, shop.credentials, orders_from=date(2020, 1, 1)) as visit:
        assert [order.id for order in await visit.walk()] == ["1"]
        assert [order.id for order in await visit.walk(datetime(2020, 1, 1, tzinfo=UTC))] == ["1"]


async def test_a_first_day_that_is_still_to_come_is_no_error(shop: EbayShop, clock: ManualClock) -> None:
    """eBay refuses a beginning in its future; nothing is placed since."""
    shop.sell("1")
    clock.advance(A_SECOND)
    async with open_visit(Ebay(), shop, shop.credentials, orders_from=date(2027, 1, 1)) as visit:
        assert await visit.walk() == []


async def test_an_order_that_ebay_hands_out_no_more_is_not_taken_for_gone(
    visit: Visit, shop: EbayShop
) -> None:
    """By its id eBay refuses it, which must not keep a compare from its end; any other trouble does."""
    shop.sell("1")
    await visit.walk(START)
    refusal = {"errors": [{"errorId": 32100, "message": "Invalid order ID: 1"}]}
    shop.trouble(Reply(400, refusal))
    with pytest.raises(OrderHidden, match="more than two years ago"):
        await visit.find("1")
    shop.trouble(Reply(500, refusal))
    with pytest.raises(ShopFailed):
        await visit.find("1")


async def test_an_access_token_is_kept_and_used_until_it_ends(
    visit: Visit, shop: EbayShop, clock: ManualClock
) -> None:
    """It is asked for once in two hours, and the refresh token stays."""
    for _ in range(3):
        await visit.walk()
        clock.advance(timedelta(minutes=57))
    assert [each["access_token"] for each in visit.kept] == ["v^1.1#access-1"]
    assert visit.kept[0]["refresh_token"] == shop.credentials["refresh_token"]
    assert visit.ends == [None]
    await visit.walk()
    assert len(visit.kept) == 2
    assert shop.asked().count("POST /identity/v1/oauth2/token") == 2


async def test_consent_that_was_taken_back_needs_the_business(visit: Visit, shop: EbayShop) -> None:
    """eBay gives no token any more."""
    shop.is_let_in = False
    with pytest.raises(CredentialsRefused, match="must let the app in again"):
        await visit.walk()


async def test_a_wrong_client_secret_is_refused(shop: EbayShop, clock: ManualClock) -> None:
    """It goes with the client id as HTTP Basic."""
    async with open_visit(Ebay(), shop, {**shop.credentials, "client_secret": "wrong"}) as visit:
        with pytest.raises(CredentialsRefused):
            await visit.walk()


async def test_an_order_that_cannot_be_read_keeps_no_other_back(visit: Visit, shop: EbayShop) -> None:
    """It is told with its reason."""
    shop.sell("1")
    shop.sell("2", lineItems=None)
    first, second = await visit.walk(START)
    assert isinstance(second, Unreadable)
    assert (first.id, second.id) == ("1", "2")
    assert second.reason.startswith("Its total is 87.88, and its lines come to 7.88")


async def test_an_order_is_found_by_its_id(visit: Visit, shop: EbayShop) -> None:
    """None where the seller has no such order."""
    shop.sell("27-00001")
    assert (await visit.get("27-00001")).number == "27-00001"
    assert await visit.find("27-00002") is None


async def test_a_list_of_another_form_is_no_list(visit: Visit, shop: EbayShop) -> None:
    """An order that cannot be told apart from what it was before cannot be taken in."""
    shop.sell("1", lastModifiedDate="2026-11-20")
    await visit.walk(START)
    shop.trouble(Reply(200, {"orders": [shop.orders["1"]], "total": 1}))
    with pytest.raises(ShopFailed, match="form that it documents"):
        await visit.walk(START)


def test_ebay_sends_no_webhooks_that_count() -> None:
    """It is asked only."""
    assert not Ebay().signs_webhooks
    assert not Ebay().is_signed("secret", {}, b"{}")
