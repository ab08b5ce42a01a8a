"""A shop as a source: what is left to the next look, what is told of it, and where the next one begins."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

import httpx
import pytest

from app.clock import ManualClock
from app.domain.holds.thing import Thing
from app.reading.shop_source import ShopSource
from app.reading.source import ReadFailed
from app.shops.front import Door, Front
from app.shops.order import Customer, LineKind, OrderLine, OrderState, ShopOrder
from app.shops.platform import CredentialsRefused, OrderPage, ShopCalls, ShopFailed, Unreadable
from app.shops.platforms.woocommerce.shop import WooCommerce

AT = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)


async def keep_nothing(_: Mapping[str, str], __: datetime | None) -> None:
    """Nobody is told."""


NO_CALLS = Front(
    Door(cast(httpx.AsyncClient, None), lambda url: None, ManualClock(AT)),
    "https://shop.example", {}, UTC, AT.date(), keep_nothing,
)  # fmt: skip
"""The way into a shop that is never gone."""


class Shelf(WooCommerce):
    """A platform whose shop answers what a test lays on it, or fails so."""

    lag = timedelta(seconds=30)

    def __init__(self, *orders: ShopOrder | Unreadable, fails: Exception | None = None) -> None:
        self.orders, self.fails = orders, fails
        self.since: datetime | None = None

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        if self.fails is not None:
            raise self.fails
        self.since = since
        return OrderPage(self.orders, None, AT)


def order(order_id: str, changed_at: datetime, total: str = "11") -> ShopOrder:
    """An order of one line of 11."""
    line = OrderLine("1", LineKind.PRODUCT, "Tap", Decimal(1), Decimal(11))
    return ShopOrder(
        order_id, order_id, OrderState.PLACED, AT, AT.date(), changed_at, "AUD", Decimal(total), Customer(None, "Kim"),
        (line,),
    )  # fmt: skip


async def test_what_may_change_again_in_the_same_tick_is_left_and_asked_for_again() -> None:
    """The next look begins before it; one that is dated far ahead is not waited for."""
    settled, fresh, ahead = (
        order("1", AT - timedelta(seconds=1)), order("2", AT), order("3", AT + timedelta(hours=1)),
    )  # fmt: skip
    shelf = Shelf(settled, fresh, ahead)
    page = await ShopSource(shelf, NO_CALLS).fetch_page(Thing.INVOICE, None, None)
    assert [each.id for each in page.entries] == ["woocommerce.1", "woocommerce.3"]
    assert page.leaves_some
    assert datetime.fromisoformat(page.as_of) == AT - timedelta(seconds=31)
    await ShopSource(shelf, NO_CALLS).fetch_page(Thing.INVOICE, page.as_of, None)
    assert shelf.since is not None
    assert shelf.since < fresh.changed_at


async def test_an_order_of_which_no_document_can_be_made_stops_no_other() -> None:
    """Whoever found it: the platform, or the rules of documents. One that is listed twice is refused once."""
    before = AT - timedelta(hours=1)
    wrong = Unreadable("4", "W-4", before, "It has 100 refunds or more.")
    shelf = Shelf(wrong, order("5", before, "99"), order("6", before), wrong)
    page = await ShopSource(shelf, NO_CALLS).fetch_page(Thing.INVOICE, None, None)
    assert [each.id for each in page.entries] == ["woocommerce.6"]
    assert [(each.order_id, each.reason) for each in page.refused] == [
        ("4", "It has 100 refunds or more."),
        ("5", "Its lines come to 11.00, and its total is 99.00."),
    ]
    assert not page.leaves_some


@pytest.mark.parametrize(
    ("fails", "said", "is_locked_out"),
    [
        (ShopFailed("It is down.", retry_after=timedelta(seconds=7)), "It is down.", False),
        (CredentialsRefused("No entry."), "No entry.", True),
        (KeyError("orders"), "not as its platform describes it (KeyError: 'orders').", False),
    ],
)
async def test_whatever_goes_wrong_is_told_of_the_look(
    fails: Exception, said: str, is_locked_out: bool
) -> None:
    """An answer that nobody foresaw too: it is tried again, and a person can read why."""
    with pytest.raises(ReadFailed) as failed:
        await ShopSource(Shelf(fails=fails), NO_CALLS).fetch_page(Thing.INVOICE, None, None)
    assert said in str(failed.value)
    assert failed.value.is_locked_out is is_locked_out
    assert failed.value.retry_after == getattr(fails, "retry_after", None)


async def test_only_the_shops_own_invoices_are_asked_for_by_id() -> None:
    """An id of the app's own leads to no order."""
    source = ShopSource(Shelf(), NO_CALLS)
    assert await source.find_documents(Thing.INVOICE, "inv_1") is None
    assert (source.prefix, source.find_order_id("woocommerce.7")) == ("woocommerce.", "7")
