"""E1: orders that nobody foresaw, and what a shop does with them later: each is told, and none keeps others waiting."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest

from app.waker import QUEUE, READ
from app.wiring.ground import open_queue
from tests.scenarios.house import House
from tests.scenarios.shop_steps import A_MOMENT, check, look, payments_of, reading, refused_orders, set_woo
from tests.scenarios.troubles import ask, discrepancies
from tests.shops.stand_in import Call, Reply, open_stand_in
from tests.shops.woocommerce import WooShop, item


@pytest.fixture
async def shop(house: House) -> AsyncIterator[WooShop]:
    """A shop that goes by the story's clock."""
    async with open_stand_in(WooShop(house.clock)) as opened:
        yield opened


async def test_e1_an_order_that_no_machine_can_read_stops_no_other(house: House, shop: WooShop) -> None:
    """Amounts that are none, half a character, a year before all counting: each is refused alone, and can be found."""
    odd = [shop.place() for _ in range(6)]
    for order, total in zip(odd, ("NaN", "-Infinity", "1E+30"), strict=False):
        shop.break_total(order, total)
    shop.edit(odd[3], number="W\x00" * 2_000)
    shop.edit(odd[4], billing={"first_name": "Kim \ud800", "email": "kim\ud800@example.com"}, customer_id=0)
    shop.edit(odd[5], date_modified_gmt="1969-07-20T20:17:00", number="\ud800" * 10)
    right = shop.place(item("Tap", "33.00"))
    await set_woo(house, shop)
    await look(house)
    assert (await house.in_xero(str(right)))["Total"] == 33.0
    assert {each["order_id"] for each in await refused_orders(house)} == set(map(str, odd))
    assert (await reading(house))["failures"] == 0
    number = "W?" * 127 + "W"
    [why] = (await ask(house.api.get(f"{house.path}/why", params={"number": number})))["data"]
    assert why["code"] == "order_refused"


@pytest.mark.proof
async def test_e1_two_refunds_of_one_day_leave_what_was_kept(house: House, shop: WooShop) -> None:
    """WooCommerce lists the newest first, so that the second stands before the first: one payment all the same."""
    order = shop.place(item("Tap", "100.00"))
    await set_woo(house, shop)
    await look(house)
    for amount, kept, credited in (("10.00", 90.0, 10.0), ("20.00", 70.0, 30.0), ("5.00", 65.0, 35.0)):
        shop.refund(order, amount)
        await shop.tell(order)
        await look(house)
        invoice = await house.in_xero(str(order))
        assert (payments_of(invoice), invoice["AmountCredited"], invoice["AmountDue"]) == (
            [kept],
            credited,
            0,
        )
    shown = await ask(house.api.get(f"{house.path}/invoices/woocommerce.{order}"))
    assert [each["id"] for each in shown["record"]["payments"]] == ["paid.less.35.00"]
    [why] = (await ask(house.api.get(f"{house.path}/why", params={"number": str(order)})))["data"]
    assert (why["code"], why["verdict"].split(":")[0]) == (None, "It is in step")


async def test_e1_a_paid_order_that_is_edited_is_paid_by_what_it_comes_to(
    house: House, shop: WooShop
) -> None:
    """Put on hold and edited, as WooCommerce lets a shop do, and then refunded: nothing is due."""
    order = shop.place(item("Tap", "100.00"))
    await set_woo(house, shop)
    await look(house)
    shop.move(order, "on-hold")
    shop.edit(order, item("Tap", "120.00"))
    shop.move(order, "processing")
    await shop.tell(order)
    await look(house)
    invoice = await house.in_xero(str(order))
    assert (invoice["Total"], payments_of(invoice), invoice["AmountDue"]) == (120.0, [120.0], 0)
    shop.refund(order, "120.00")
    await shop.tell(order)
    await look(house)
    invoice = await house.in_xero(str(order))
    assert (payments_of(invoice), invoice["AmountCredited"], invoice["AmountDue"]) == ([], 120.0, 0)


async def test_e1_words_of_a_shop_that_nobody_can_keep_stop_no_look(house: House, shop: WooShop) -> None:
    """A failure is told and tried again, whatever the shop says of it."""
    order = shop.place()
    await set_woo(house, shop)
    shop.trouble(Reply(500, {"message": "Down\x00 for \ud800 repair"}))
    await look(house)
    said = await reading(house)
    assert (said["failures"], said["last_error"]) == (1, 'The shop answered 500: "Down? for ? repair".')
    await look(house, timedelta(minutes=5))
    assert (await house.in_xero(str(order)))["Status"] == "PAID"


class TwoClockShop(WooShop):
    """A shop that is dated by its own clock, and whose answers are dated by that of a server in front of it."""

    behind, ahead = timedelta(0), timedelta(0)
    """How far the shop's own is behind, and the other ahead."""

    @property
    def now(self) -> datetime:
        """The shop's own clock."""
        return self.clock.now() - self.behind

    def answer(self, call: Call) -> Reply:
        """What the shop says, dated in front of it."""
        reply = super().answer(call)
        date = format_datetime(self.clock.now() + self.ahead, usegmt=True)
        return replace(reply, headers={**reply.headers, "date": date})


@pytest.mark.parametrize(
    ("behind", "ahead"),
    [(timedelta(minutes=2), timedelta(0)), (timedelta(minutes=2), timedelta(hours=1))],
    ids=["behind", "and the other ahead"],
)
async def test_e1_a_shop_whose_clock_is_behind_its_dates_is_read_whole(
    house: House, behind: timedelta, ahead: timedelta
) -> None:
    """What it dates before the last look, though it came after that, is found by the next one, and not a day later."""
    shop = TwoClockShop(house.clock)
    shop.behind, shop.ahead = behind, ahead
    async with open_stand_in(shop):
        await set_woo(house, shop)
        await look(house)
        house.clock.advance(timedelta(minutes=1))
        order = shop.place()
        assert await shop.tell(order) == 200
        await look(house)
        assert (await house.in_xero(str(order)))["Status"] == "PAID"


async def test_e1_a_webhook_of_this_second_is_followed_within_moments(house: House, shop: WooShop) -> None:
    """The look that it asks for leaves what may change yet; the next one comes by itself, and not a minute later."""
    await set_woo(house, shop)
    await look(house)
    order = shop.place()
    assert await shop.tell(order) == 200
    await house.parts.reading.read(UUID(house.connection_id))
    assert await house.parts.reading.nudge_put_off() == 0
    house.clock.advance(A_MOMENT)
    assert await house.parts.reading.nudge_put_off() == 1
    await house.parts.reading.read(UUID(house.connection_id))
    await house.drain()
    assert (await house.in_xero(str(order)))["Status"] == "PAID"


async def test_e1_a_webhook_during_a_look_wakes_a_worker_when_that_ends(house: House, shop: WooShop) -> None:
    """The worker whom it woke found the look taken, so whoever has that calls for the next."""
    await set_woo(house, shop)
    house.clock.advance(A_MOMENT)

    async with open_queue(house.settings) as queue:
        await queue.flushdb()

        async def sell(_: object) -> None:
            assert await shop.tell(shop.place(), "order.created") == 200
            while not await queue.queued_jobs(queue_name=QUEUE):
                pass  # It is woken once the answer is on its way.
            await queue.flushdb()

        shop.after_next(sell)
        await house.parts.reading.read(UUID(house.connection_id))
        jobs = [job.function for job in await queue.queued_jobs(queue_name=QUEUE)]
    assert jobs.count(READ) == 1


async def test_e1_a_refused_order_that_is_gone_from_the_shop_is_told_no_more(
    house: House, shop: WooShop
) -> None:
    """By the next compare, which asks for it by its id: nobody could ever put it right."""
    gone, stays = shop.place(), shop.place()
    shop.break_total(gone, "120.00")
    shop.break_total(stays, "120.00")
    await set_woo(house, shop)
    await look(house)
    assert (await check(house, "shop_orders"))["outcome"] == "warning"
    shop.delete(gone)
    shop.move(stays, "trash")
    await ask(house.api.post(f"{house.path}/compare"))
    await look(house)
    assert [each["order_id"] for each in await refused_orders(house)] == [str(stays)]
    compared = (await reading(house))["compare"]
    assert (compared["missing"], compared["unsure"]) == (0, 0)
    shop.break_total(stays, "110.00")
    await ask(house.api.post(f"{house.path}/compare"))
    await look(house)
    assert (await check(house, "shop_orders"))["outcome"] == "passed"
    assert await discrepancies(house) == []


async def test_e1_why_says_that_an_order_is_refused_that_was_taken_before(
    house: House, shop: WooShop
) -> None:
    """Its invoice stands as it was; that the shop has another one now is the first answer, until it is put right."""
    order = shop.place()
    await set_woo(house, shop)
    await look(house)
    shop.break_total(order, "120.00")
    await shop.tell(order)
    await look(house)
    assert (await house.in_xero(str(order)))["Total"] == 110.0
    answers = (await ask(house.api.get(f"{house.path}/why", params={"number": str(order)})))["data"]
    assert [each["code"] for each in answers] == ["order_refused", None]
    shop.edit(order, item("Tap", "120.00"))
    await shop.tell(order)
    await look(house)
    assert (await house.in_xero(str(order)))["Total"] == 120.0
    answers = (await ask(house.api.get(f"{house.path}/why", params={"number": str(order)})))["data"]
    assert [each["code"] for each in answers] == [None]


async def test_e1_refused_orders_of_another_kind_of_shop_are_told_no_more(
    house: House, shop: WooShop
) -> None:
    """Their ids say nothing in the shop that is set now; one that is set again has its own found anew."""
    shop.break_total(shop.place(), "120.00")
    await set_woo(house, shop)
    await look(house)
    assert len(await refused_orders(house)) == 1
    await set_woo(house, shop)
    assert len(await refused_orders(house)) == 1
    magento = {"platform": "magento", "address": shop.address, "credentials": {"access_token": "of_magento"}}
    shown = await ask(house.api.put(f"{house.path}/shop", json=magento))
    assert (shown["refused_orders"], await refused_orders(house)) == (0, [])


async def test_e1_a_page_that_was_on_its_way_when_the_shop_was_set_otherwise_is_dropped(
    house: House, shop: WooShop
) -> None:
    """Its orders are read anew, as they were set by then, and of a shop that was taken away none is kept."""
    order, wrong = shop.place(), shop.place()
    shop.break_total(wrong, "120.00")
    await set_woo(house, shop)

    async def book_under_one(_: object) -> None:
        await set_woo(house, shop, customers="one")

    shop.after_next(book_under_one)
    await look(house)
    await look(house)
    assert (await house.in_xero(str(order)))["Contact"]["Name"] == "Online customers"

    async def take_away(_: object) -> None:
        await ask(house.api.delete(f"{house.path}/shop"))

    shop.edit(order, item("Tap", "99.00"))
    shop.after_next(take_away)
    await look(house, timedelta(minutes=20))
    assert (await house.in_xero(str(order)))["Total"] == 110.0
    [why] = (await ask(house.api.get(f"{house.path}/why", params={"number": str(wrong)})))["data"]
    assert why["code"] == "not_in_xero"
