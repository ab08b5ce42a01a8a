"""E1: a shop is set, and its orders are in Xero: placed, paid, edited, refunded, cancelled, whatever its webhooks do.

The shop is a WooCommerce shop over HTTP; nothing is ever written into it.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.reading.reading import READ_EVERY
from tests.scenarios.house import House
from tests.scenarios.opening import open_parts
from tests.scenarios.shop_steps import (
    A_MOMENT,
    check,
    lines_of,
    look,
    payments_of,
    reading,
    refused_orders,
    set_woo,
)
from tests.scenarios.troubles import ask, connection, discrepancies
from tests.shops.stand_in import Reply, open_stand_in
from tests.shops.woocommerce import WooShop, item


@pytest.fixture
async def shop(house: House) -> AsyncIterator[WooShop]:
    """A shop that goes by the story's clock."""
    async with open_stand_in(WooShop(house.clock)) as opened:
        yield opened


async def test_e1_an_order_is_in_xero_with_its_discount_its_shipping_and_its_payment(
    house: House, shop: WooShop
) -> None:
    """To the cent: products, freight and what a coupon took off, each on its account, and the card's payment."""
    order = shop.place(
        item("Tap", "90.00", quantity=3, off="9.00", sku="TAP-15"),
        item("Book", "20.00", rate=None),
        shipping="11.00",
    )
    shown = await set_woo(house, shop)
    assert set(shown["directions"].values()) == {"to_xero"}
    await look(house)
    invoice = await house.in_xero(str(order))
    assert lines_of(invoice) == [
        ("Tap", 90.0, "200", "OUTPUT"),
        ("Book", 20.0, "200", "EXEMPTOUTPUT"),
        ("Flat rate", 11.0, "260", "OUTPUT"),
        ("Discount", -9.0, "270", "OUTPUT"),
    ]
    assert (invoice["Total"], invoice["TotalTax"]) == (112.0, 8.36)
    assert (invoice["AmountDue"], invoice["Status"]) == (0, "PAID")
    assert (invoice["SentToContact"], invoice["Contact"]["Name"]) == (True, "Kim Tran")
    assert {call.method for call in shop.calls} == {"GET"}
    known = await reading(house)
    assert (known["shop"], known["compare"]["taken"], known["compare"]["refused"]) == ("woocommerce", 1, 0)


async def test_e1_an_order_is_followed_through_its_life(house: House, shop: WooShop) -> None:
    """Waiting for its card it stays home; to be paid by transfer it is an invoice; edited, paid, refunded in part and
    then whole, it is the same one; and one that is cancelled before it was paid is voided.
    """
    order = shop.place(status="pending", payment_method="bacs")
    await set_woo(house, shop)
    await look(house)
    assert await house.list_in_xero() == []
    shop.move(order, "on-hold")
    assert await shop.tell(order) == 200
    await look(house)
    invoice = await house.in_xero(str(order))
    assert (invoice["Status"], invoice["AmountDue"]) == ("AUTHORISED", 110.0)
    shop.edit(order, item("Tap", "99.00"), item("Washer", "5.50"))
    await shop.tell(order)
    await look(house)
    assert (await house.in_xero(str(order)))["Total"] == 104.5
    shop.move(order, "processing")
    await shop.tell(order)
    await look(house)
    assert (await house.in_xero(str(order)))["Status"] == "PAID"
    shop.refund(order, "5.50", "Washer was missing")
    await shop.tell(order)
    await look(house)
    invoice = await house.in_xero(str(order))
    assert (payments_of(invoice), invoice["AmountCredited"], invoice["AmountDue"]) == ([99.0], 5.5, 0)
    shop.refund(order, "99.00")
    await shop.tell(order)
    await look(house)
    invoice = await house.in_xero(str(order))
    assert (payments_of(invoice), invoice["AmountCredited"], invoice["AmountDue"]) == ([], 104.5, 0)
    unpaid = shop.place(status="on-hold", payment_method="bacs")
    await shop.tell(unpaid, "order.created")
    await look(house)
    shop.move(unpaid, "cancelled")
    await shop.tell(unpaid)
    await look(house)
    assert (await house.in_xero(str(unpaid)))["Status"] == "VOIDED"
    assert await refused_orders(house) == []


async def test_e1_a_webhook_that_is_lost_costs_a_quarter_of_an_hour(house: House, shop: WooShop) -> None:
    """The shop is asked what changed since; what did not change is not taken again."""
    shop.place()
    await set_woo(house, shop)
    await look(house)
    lost = shop.place(item("Tap", "55.00"))
    await look(house)
    assert len(await house.list_in_xero()) == 1, "nobody said so"
    await look(house, READ_EVERY)
    assert (await house.in_xero(str(lost)))["Total"] == 55.0
    asked = shop.calls[-1].query
    assert (asked["orderby"], asked["order"], asked["dates_are_gmt"]) == ("modified", "asc", "true")
    assert asked["modified_after"] < f"{house.clock.now() - READ_EVERY:%Y-%m-%dT%H:%M:%S}"
    assert (await reading(house))["failures"] == 0


async def test_e1_only_the_shops_own_webhooks_are_taken(house: House, shop: WooShop) -> None:
    """A wrong signature, no secret here, no shop, no connection: 401 each. The ping of a saved webhook is answered."""
    order = shop.place()
    await set_woo(house, shop, hears=False)
    await look(house)
    assert await shop.tell(order) == 401, "no secret was set"
    shown = await ask(house.api.get(f"{house.path}/shop"))
    assert shown["webhook"] == {"url": shown["webhook"]["url"], "has_secret": False, "heard_at": None}
    assert shown["next_steps"][0].startswith("In the shop, add a webhook")
    assert shown["webhook"]["url"].endswith(f"/webhooks/shops/{house.connection_id}")
    await set_woo(house, shop)
    await look(house)
    assert await shop.ping() == 200
    assert await house.parts.reading.nudge_due() == 0, "a ping says nothing"
    assert await shop.tell(order, secret="another's") == 401
    assert await house.parts.reading.nudge_due() == 0
    assert await shop.tell(order) == 200
    assert await house.parts.reading.nudge_due() == 1
    shown = await ask(house.api.get(f"{house.path}/shop"))
    assert (shown["webhook"]["heard_at"] is not None, shown["next_steps"]) == (True, [])
    for wrong in (shop.webhook_url.replace(house.connection_id, str(UUID(int=7))), f"{shop.webhook_url}x"):
        shop.webhook_url = wrong
        assert await shop.tell(order) == 401
    await house.api.delete(f"{house.path}/shop")
    shop.webhook_url = f"{str(house.api.base_url).rstrip('/')}/webhooks/shops/{house.connection_id}"
    assert await shop.tell(order) == 401


async def test_e1_a_shop_that_refuses_its_key_is_told_with_its_cure(house: House, shop: WooShop) -> None:
    """By the check-up and by the shop itself; with another key it goes on where it was."""
    order = shop.place()
    await set_woo(house, shop)
    shop.key = "ck_made_anew"
    await look(house)
    failed = await check(house, "shop")
    assert (failed["outcome"], failed["call"]) == ("failed", f"PUT {house.path}/shop")
    assert "does not take its credentials" in failed["message"]
    standing = await reading(house)
    assert standing["last_error"].startswith(
        'The shop refused its credentials with 401: "Sorry, you cannot list'
    )
    shown = await ask(house.api.get(f"{house.path}/shop"))
    assert shown["refused_at"] is not None
    assert shown["next_steps"][0].startswith("The shop does not take its credentials")
    await set_woo(house, shop)
    await look(house)
    assert (await house.in_xero(str(order)))["Status"] == "PAID"
    assert (await check(house, "shop"))["outcome"] == "passed"
    assert (await ask(house.api.get(f"{house.path}/shop")))["refused_at"] is None


async def test_e1_an_order_that_does_not_add_up_is_told_and_stops_no_other(
    house: House, shop: WooShop
) -> None:
    """With both numbers, by number and by the check-up, until it is put right in the shop."""
    wrong, right = shop.place(), shop.place(item("Tap", "33.00"))
    shop.break_total(wrong, "120.00")
    strange = shop.place(currency="JPY")
    await set_woo(house, shop)
    await look(house)
    assert (await house.in_xero(str(right)))["Total"] == 33.0
    told = {each["order_id"]: each["reason"] for each in await refused_orders(house)}
    assert told == {
        str(wrong): "Its lines come to 110.00, and its total is 120.00.",
        str(strange): "It is in JPY, whose amounts do not have two decimal places.",
    }
    assert (await check(house, "shop_orders"))["outcome"] == "warning"
    [why] = (await ask(house.api.get(f"{house.path}/why", params={"number": str(wrong)})))["data"]
    assert (why["code"], why["verdict"]) == (
        "order_refused",
        f"Order {wrong} of the shop was not taken: Its lines come to 110.00, and its total is 120.00.",
    )
    shop.break_total(wrong, "110.00")
    shop.move(strange, "cancelled")
    shop.delete(strange)
    await ask(house.api.post(f"{house.path}/compare"))
    await look(house)
    assert (await house.in_xero(str(wrong)))["Total"] == 110.0
    assert await refused_orders(house) == []


async def test_e1_what_xero_cannot_take_of_an_order_is_told_too(house: House, shop: WooShop) -> None:
    """A currency that the organisation does not have, refused as any document's is, with the same sentence."""
    order = shop.place(currency="CHF")
    await set_woo(house, shop)
    await look(house)
    [told] = await refused_orders(house)
    assert (told["order_id"], told["number"]) == (str(order), str(order))
    assert told["reason"].startswith("currency CHF is not a currency of")


@pytest.mark.proof
async def test_e1_a_look_goes_on_after_a_restart_and_passes_no_order_over(
    house: House, shop: WooShop
) -> None:
    """Page by page; an order that changes between two of them leaves its place, and the one after it is still read."""
    orders = [shop.place(item("Tap", f"{number}.00")) for number in range(1, 61)]
    await set_woo(house, shop)
    house.clock.advance(A_MOMENT)
    async with open_parts(house.settings, house.clock) as leaving:
        leaving.ending.announce()
        await leaving.reading.read(UUID(house.connection_id))
    assert len(shop.calls) == 1
    shop.edit(orders[0], item("Tap", "77.00"))
    await look(house)
    await look(house)
    totals = {each["InvoiceNumber"]: each["Total"] for each in await house.list_in_xero()}
    placed = {str(order): float(n) for n, order in enumerate(orders, start=1)}
    assert totals == placed | {str(orders[0]): 77.0}


async def test_e1_a_webhook_during_a_look_makes_another_look_follow(house: House, shop: WooShop) -> None:
    """Its order may have come to pages that were read before; nothing waits a quarter of an hour for it."""
    shop.place()
    await set_woo(house, shop)
    house.clock.advance(A_MOMENT)
    late: list[int] = []

    async def sell(_: object) -> None:
        late.append(shop.place(item("Tap", "44.00")))
        assert await shop.tell(late[0], "order.created") == 200

    shop.after_next(sell)
    await house.parts.reading.read(UUID(house.connection_id))
    await look(house)
    assert (await house.in_xero(str(late[0])))["Total"] == 44.0
    assert await house.parts.reading.nudge_due() == 0


async def test_e1_a_look_at_a_shop_that_was_set_otherwise_counts_for_nothing(
    house: House, shop: WooShop
) -> None:
    """It ends in the middle, and the shop that is set now is read from its beginning."""
    await set_woo(house, shop)
    await look(house)
    async with open_stand_in(WooShop(house.clock)) as other:
        order = other.place(item("Tap", "12.00"))

        async def set_other(_: object) -> None:
            await set_woo(house, other)

        shop.after_next(set_other)
        await look(house, READ_EVERY)
        await look(house)
        assert (await house.in_xero(str(order)))["Total"] == 12.0
        assert (await reading(house))["url"] == other.address


async def test_e1_another_shop_of_one_kind_is_not_taken_for_the_first(house: House, shop: WooShop) -> None:
    """Shops number their orders alike: another one would go over the invoices of the first, unless it is the same."""
    order = shop.place()
    await set_woo(house, shop)
    await look(house)
    async with open_stand_in(WooShop(house.clock)) as other:
        assert other.place(item("Tap", "12.00")) == order
        wish = {"platform": "woocommerce", "address": other.address, "credentials": {}}
        keys = {"consumer_key": other.key, "consumer_secret": other.secret}
        for _ in range(2):
            refused = await house.api.put(f"{house.path}/shop", json=wish | {"credentials": keys})
            assert refused.status_code == 422, refused.text
            assert refused.json()["errors"][0]["field"] == "address"
            await house.api.delete(f"{house.path}/shop")
        await look(house)
        assert (await house.in_xero(str(order)))["Total"] == 110.0
        await set_woo(house, other, is_same_shop=True)
        assert (await ask(house.api.get(f"{house.path}/shop")))["address"] == other.address


async def test_e1_an_order_that_changed_this_very_second_is_left_to_a_look_soon_after(
    house: House, shop: WooShop
) -> None:
    """It may change again and keep its version; the look after it comes within moments, and has what it came to."""
    await set_woo(house, shop)
    order = shop.place()
    await look(house, timedelta(0))
    assert await house.list_in_xero() == []
    shop.edit(order, item("Tap", "66.00"))
    await look(house)
    assert (await house.in_xero(str(order)))["Total"] == 66.0
    assert await house.parts.reading.nudge_due() == 0


async def test_e1_a_shop_that_asks_for_time_is_left_alone(house: House, shop: WooShop) -> None:
    """As long as it said, whoever sends webhooks meanwhile; then it is read where it was."""
    order = shop.place()
    await set_woo(house, shop)
    shop.trouble(Reply(429, {"message": "Slow down"}, {"retry-after": "120"}))
    await look(house)
    assert (await reading(house))[
        "last_error"
    ] == 'The shop had too many calls: "Slow down". It is asked again later.'
    assert await shop.tell(order) == 200
    house.clock.advance(timedelta(seconds=100))
    assert await house.parts.reading.nudge_due() == 0, "a hint is no reason to ask again sooner"
    await look(house, timedelta(seconds=21))
    assert (await house.in_xero(str(order)))["Status"] == "PAID"


async def test_e1_a_compare_asks_the_shop_for_its_own_orders_alone(house: House, shop: WooShop) -> None:
    """An invoice that the app sent by itself is none of the shop's; an order that was deleted there is told, once."""
    await house.write(contact={"id": "cus_1", "name": "Lee Park", "email": None, "phone": None})
    await house.drain()
    gone, binned = shop.place(), shop.place(item("Tap", "22.00"), status="on-hold")
    await set_woo(house, shop)
    await look(house)
    assert len(await house.list_in_xero()) == 3
    shop.delete(gone)
    shop.move(binned, "trash")
    await ask(house.api.post(f"{house.path}/compare"))
    await look(house)
    [told] = await discrepancies(house)
    assert (told["kind"], told["values"]["held"]["id"]) == ("missing_at_partner", f"woocommerce.{gone}")
    assert (await house.in_xero(str(gone)))["Status"] == "PAID", "nothing is removed by itself"
    assert (await house.in_xero(str(binned)))["Status"] == "VOIDED"
    assert not any(call.path.endswith("/inv_1") for call in shop.calls)


async def test_e1_an_edit_in_xero_stays_there_and_is_not_undone(house: House, shop: WooShop) -> None:
    """A shop cannot take it; the next edit of the order carries what it says, and no more."""
    order = shop.place(status="on-hold")
    await set_woo(house, shop)
    await look(house)
    await house.edit_xero(str(order), Reference="Called twice")
    await house.drain()
    shop.edit(order, item("Tap", "88.00"))
    await shop.tell(order)
    await look(house)
    invoice = await house.in_xero(str(order))
    assert (invoice["Reference"], invoice["Total"]) == ("Called twice", 88.0)
    assert (await connection(house))["partner_known_by"] == "read"
