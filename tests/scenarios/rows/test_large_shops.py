"""E1: a shop with more orders than one look reads: they are read in portions, and what is new passes them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.db.delivery.partner_reads import claim_read
from app.domain.partner.partner_read import ReadRun
from app.reading.look import Look
from app.reading.reading import STEPS_AT_ONCE
from app.reading.shop_source import ShopSource
from app.shops.platforms.woocommerce.shop import WHOLE_PAGE_SIZE, WOOCOMMERCE
from tests.scenarios.house import House
from tests.scenarios.opening import open_parts
from tests.scenarios.shop_steps import look, reading, set_woo
from tests.scenarios.troubles import ask, discrepancies
from tests.shops.stand_in import Reply, open_stand_in
from tests.shops.visit import open_visit
from tests.shops.woocommerce import ORDERS, WooShop, item

PORTION = STEPS_AT_ONCE * WHOLE_PAGE_SIZE
A_SECOND, AN_HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
async def shop(house: House) -> AsyncIterator[WooShop]:
    """A shop that goes by the story's clock."""
    async with open_stand_in(WooShop(house.clock)) as opened:
        yield opened


async def fill(house: House, shop: WooShop, count: int) -> list[int]:
    """So many orders that wait for their payment, some of each second: none of them goes to Xero."""
    placed = []
    for number in range(count):
        placed.append(shop.place(item("Tap", "11.00"), status="pending"))
        if number % 7 == 0:
            house.clock.advance(A_SECOND)
    # Each look begins some minutes before the last, and these are old by then.
    house.clock.advance(AN_HOUR)
    return placed


def count_lists(shop: WooShop) -> int:
    """How often the shop was asked for a page."""
    return [call.path for call in shop.calls].count(ORDERS)


@pytest.mark.proof
async def test_e1_what_is_new_in_a_large_shop_does_not_wait_until_all_is_read(
    house: House, shop: WooShop
) -> None:
    """A portion of the first look, then what changed, then the look goes on where it was, and asks nothing twice."""
    orders = await fill(house, shop, 2 * PORTION + 60)
    await set_woo(house, shop)
    await look(house)
    assert count_lists(shop) == STEPS_AT_ONCE
    new = shop.place(item("Tap", "44.00"))
    await look(house)
    assert (await house.in_xero(str(new)))["Status"] == "PAID"
    assert (count_lists(shop), (await reading(house))["is_under_way"]) == (STEPS_AT_ONCE + 1, True)
    shop.edit(orders[-1], item("Tap", "22.00"))
    shop.move(orders[-1], "processing")
    await look(house)
    await look(house)
    assert (await house.in_xero(str(orders[-1])))["Total"] == 22.0
    assert (await reading(house))["compare"] is None
    await look(house)
    compare = (await reading(house))["compare"]
    assert (compare["taken"], compare["missing"], compare["unsure"]) == (len(orders) - 1, 0, 0)
    assert count_lists(shop) == 2 * STEPS_AT_ONCE + 2 + 3, (
        "two portions, what changed after each, and the rest"
    )
    assert await house.parts.reading.nudge_due() == 0
    assert await discrepancies(house) == []


@pytest.mark.proof
async def test_e1_a_compare_of_a_large_shop_goes_on_where_it_failed(house: House, shop: WooShop) -> None:
    """A shop that is down for an hour is not read from the beginning again."""
    await fill(house, shop, PORTION + 120)
    await set_woo(house, shop)
    await look(house)
    await look(house)
    asked = count_lists(shop)
    shop.trouble(*[Reply(503)] * 4)
    for _ in range(4):
        await look(house, AN_HOUR)
    assert (await reading(house))["failures"] == 4
    await look(house, 4 * AN_HOUR)
    assert (await reading(house))["compare"]["taken"] == PORTION + 120
    assert count_lists(shop) - asked == 4 + 3


async def test_e1_a_compare_has_no_last_page_short_of_millions_of_orders(house: House, shop: WooShop) -> None:
    """After as many pages as an app may have, a shop goes on: each page begins behind the one before."""
    shop.place()
    await set_woo(house, shop)
    connection_id, now = UUID(house.connection_id), house.clock.now() + A_SECOND
    async with house.database.writing() as session:
        claim = await claim_read(
            session, connection_id, now=now, until=now + AN_HOUR, compare_every=timedelta(days=1)
        )
    assert claim is not None
    credentials = {"consumer_key": shop.key, "consumer_secret": shop.secret}
    async with open_visit(WOOCOMMERCE, shop, credentials) as visit:
        source = ShopSource(WOOCOMMERCE, visit.front)
        going_on = Look(house.database, source, store_nothing, claim, house.clock)
        after = await going_on.step(ReadRun(now, True, source.kinds, pages=5_000))
    assert after is not None
    assert after.pages == 5_001


async def store_nothing(*_: object) -> None:
    """Nobody looks at what was taken here."""


async def test_e1_a_compare_lists_refunded_orders_and_asks_for_none_that_is_known(
    house: House, shop: WooShop
) -> None:
    """What went back costs a call for each order, which is made where the order is news alone."""
    orders = [shop.place() for _ in range(3)]
    for order in orders:
        shop.refund(order, "10.00")
    await set_woo(house, shop)
    await look(house)
    assert [each["AmountCredited"] for each in await house.list_in_xero()] == [10.0] * 3
    asked = len(shop.calls)
    assert asked == 1 + len(orders), "the list, and the refunds of each"
    await ask(house.api.post(f"{house.path}/compare"))
    await look(house)
    assert len(shop.calls) == asked + 1


@pytest.mark.proof
async def test_e1_the_first_orders_are_in_xero_before_the_second_page_is_read(
    house: House, shop: WooShop
) -> None:
    """Nothing waits until the first look is through."""
    for number in range(1, WHOLE_PAGE_SIZE + 11):
        shop.place(item("Tap", f"{number}.00"))
        house.clock.advance(A_SECOND)
    await set_woo(house, shop, customers="one")
    house.clock.advance(A_SECOND)
    async with open_parts(house.settings, house.clock) as leaving:
        leaving.ending.announce()
        await leaving.reading.read(UUID(house.connection_id))
    await house.drain()
    assert (count_lists(shop), len(await house.list_in_xero())) == (1, WHOLE_PAGE_SIZE)
    await look(house)
    assert len(await house.list_in_xero()) == WHOLE_PAGE_SIZE + 10
