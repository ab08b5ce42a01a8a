"""Magento over HTTP: what changed comes whole, with what was paid and refunded."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.clock import ManualClock
from app.shops.order import OrderState, ShopOrder
from app.shops.platform import CredentialsRefused, ShopFailed, Unreadable
from app.shops.platforms.magento.shop import Magento
from tests.shops.magento_shop import TOKEN, MagentoShop
from tests.shops.visit import Visit, open_visit

START = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
A_SECOND, AN_HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def clock() -> ManualClock:
    """The shop's clock."""
    return ManualClock(START)


@pytest.fixture
def shop(clock: ManualClock) -> MagentoShop:
    """A shop without orders."""
    return MagentoShop(clock)


@pytest.fixture
async def visit(shop: MagentoShop) -> AsyncIterator[Visit]:
    """A visit with the integration's token."""
    async with open_visit(Magento(), shop, {"access_token": TOKEN}) as opened:
        yield opened


async def test_orders_come_with_what_was_paid_and_refunded(
    visit: Visit, shop: MagentoShop, clock: ManualClock
) -> None:
    """Money stands in invoices and credit memos of their own, each on its day."""
    shop.place(7)
    clock.advance(timedelta(days=1))
    shop.pay(7, 115.5)
    clock.advance(timedelta(days=1))
    shop.refund(7, 15.5, "Scratched")
    (order,) = await visit.walk()
    assert isinstance(order, ShopOrder)
    assert (order.state, order.total) == (OrderState.PLACED, Decimal("115.50"))
    assert [(each.id, each.amount, each.paid_on) for each in order.payments] == [
        ("71", Decimal("115.50"), date(2026, 11, 21))
    ]
    assert [(each.id, each.amount, each.repaid, each.reason) for each in order.refunds] == [
        ("31", Decimal("15.50"), Decimal("15.50"), "Scratched")
    ]
    assert order.changed_at == clock.now()
    assert await visit.get("7") == order


async def test_what_is_not_paid_costs_no_call_for_payments(visit: Visit, shop: MagentoShop) -> None:
    """Invoices and credit memos are asked for where an order has any."""
    shop.place(1)
    shop.place(2, base_total_invoiced=0, base_total_refunded="0.0000")
    await visit.walk()
    assert shop.asked() == ["GET /rest/V1/orders"]


async def test_an_order_that_changes_while_the_list_is_read_hides_no_other(
    visit: Visit, shop: MagentoShop, clock: ManualClock
) -> None:
    """One of the first page moves to the end of the list, and the one that takes its place is told all the same."""
    for number in range(1, 251):
        shop.place(number)
        clock.advance(A_SECOND)
    first = await visit.page()
    assert [order.id for order in first.orders] == [str(number) for number in range(1, 51)]
    shop.save(3, state="canceled")
    told, cursor = list(first.orders), first.next
    while cursor is not None:
        page = await visit.page(None, cursor)
        told, cursor = [*told, *page.orders], page.next
    assert {order.id for order in told} == {str(number) for number in range(1, 251)}
    assert [order.changed_at for order in told] == sorted(order.changed_at for order in told)
    last = told[-1]
    assert isinstance(last, ShopOrder)
    assert (last.id, last.state) == ("3", OrderState.CANCELLED)


async def test_more_orders_of_one_second_than_a_page_are_all_told(visit: Visit, shop: MagentoShop) -> None:
    """What an import saves at once goes on by pages of that second, and ends, though Magento repeats its last page."""
    for number in range(1, 301):
        shop.place(number)
    told = await visit.walk(START)
    assert sorted(int(order.id) for order in told) == list(range(1, 301))


async def test_only_what_changed_since_is_asked_for(
    visit: Visit, shop: MagentoShop, clock: ManualClock
) -> None:
    """Since an instant, which is within."""
    shop.place(1)
    clock.advance(AN_HOUR)
    shop.place(2)
    assert [order.id for order in await visit.walk(clock.now())] == ["2"]


async def test_orders_are_read_from_a_day_of_the_shops_on(shop: MagentoShop, clock: ManualClock) -> None:
    """It begins at midnight in the shop's time zone; what was placed before stays unread, also when it changes."""
    clock.set(datetime(2026, 11, 18, 12, 59, tzinfo=UTC))
    shop.place(1)
    clock.set(datetime(2026, 11, 18, 13, 0, tzinfo=UTC))
    shop.place(2)
    clock.advance(AN_HOUR)
    shop.save(1, status="touched")
    sydney = ZoneInfo("Australia/Sydney")
    async with open_visit(
        Magento(), shop, {"access_token": TOKEN}, zone=sydney, orders_from=date(2026, 11, 19)
    ) as visit:
        (order,) = await visit.walk()
        assert await visit.walk(clock.now()) == []
    assert isinstance(order, ShopOrder)
    assert (order.id, order.placed_on) == ("2", date(2026, 11, 19))


async def test_an_order_that_cannot_be_read_keeps_no_other_back(visit: Visit, shop: MagentoShop) -> None:
    """It is told with its reason."""
    shop.place(1)
    del shop.place(2)["base_currency_code"]
    shop.place(3)
    first, second, third = await visit.walk()
    assert (first.id, third.id) == ("1", "3")
    assert isinstance(second, Unreadable)
    assert (second.number, second.reason) == ("000000002", "Its base_currency_code is missing.")


async def test_a_shop_that_takes_no_bearer_tokens_refuses_the_credentials(
    visit: Visit, shop: MagentoShop
) -> None:
    """As Magento does since 2.4.4 until an administrator allows it."""
    shop.allows_bearer = False
    with pytest.raises(CredentialsRefused):
        await visit.walk()


async def test_an_address_without_magento_says_so(visit: Visit, shop: MagentoShop) -> None:
    """Where nothing is below /rest, the address is the wrong one."""
    visit.front.address = f"{shop.address}/shop"
    with pytest.raises(ShopFailed, match="below which Magento has /rest"):
        await visit.walk()


async def test_an_order_that_is_not_there_is_none(visit: Visit) -> None:
    """By its id."""
    assert await visit.find("99") is None


def test_magento_sends_no_webhooks_that_count() -> None:
    """It is asked only."""
    assert not Magento().signs_webhooks
    assert not Magento().is_signed("secret", {}, b"{}")
