"""Etsy over HTTP: receipts page by page, and tokens that live an hour and change."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from app.clock import ManualClock
from app.shops.platform import CredentialsRefused, ShopFailed
from app.shops.platforms.etsy.shop import Etsy
from tests.shops.etsy_shop import SIGNING_SECRET, EtsyShop, money
from tests.shops.stand_in import Reply
from tests.shops.visit import Visit, open_visit

START = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
A_SECOND, AN_HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def clock() -> ManualClock:
    """The shop's clock, and ours."""
    return ManualClock(START)


@pytest.fixture
def shop(clock: ManualClock) -> EtsyShop:
    """A shop without receipts."""
    return EtsyShop(clock)


@pytest.fixture
async def visit(shop: EtsyShop, clock: ManualClock) -> AsyncIterator[Visit]:
    """A visit with a refresh token."""
    async with open_visit(Etsy(), shop, shop.credentials, orders_from=date(2026, 11, 1)) as opened:
        yield opened


async def test_a_receipt_that_changes_while_the_list_is_read_hides_no_other(
    visit: Visit, shop: EtsyShop, clock: ManualClock
) -> None:
    """One of the first page moves to the end, and the one that takes its place is told all the same."""
    for number in range(1, 251):
        shop.sell(number)
        clock.advance(A_SECOND)
    first = await visit.page(START)
    assert [order.id for order in first.orders] == [str(number) for number in range(1, 101)]
    shop.touch(3, is_shipped=True)
    told, cursor = list(first.orders), first.next
    while cursor is not None:
        page = await visit.page(START, cursor)
        told, cursor = [*told, *page.orders], page.next
    assert {order.id for order in told} == {str(number) for number in range(1, 251)}
    assert (told[-1].id, told[-1].changed_at) == ("3", clock.now())


async def test_more_receipts_of_one_second_than_a_page_are_all_told(visit: Visit, shop: EtsyShop) -> None:
    """They go on by pages of that second."""
    for number in range(1, 301):
        shop.sell(number)
    assert sorted(int(order.id) for order in await visit.walk(START)) == list(range(1, 301))


async def test_only_what_changed_since_is_asked_for_and_nothing_of_before_the_first_day(
    visit: Visit, shop: EtsyShop, clock: ManualClock
) -> None:
    """What was placed before the day on which orders begin stays unread, also when it changes."""
    clock.set(datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    shop.sell(1)
    clock.set(START)
    shop.sell(2)
    assert [order.id for order in await visit.walk()] == ["2"]
    clock.advance(AN_HOUR)
    shop.touch(1)
    assert await visit.walk(clock.now()) == []
    shop.touch(2)
    assert [order.id for order in await visit.walk(clock.now())] == ["2"]


async def test_an_access_token_is_kept_and_used_until_it_ends(
    visit: Visit, shop: EtsyShop, clock: ManualClock
) -> None:
    """It is asked for once an hour, and each answer's refresh token is kept with it before either is used."""
    await visit.walk()
    clock.advance(timedelta(minutes=54))
    await visit.walk()
    assert [each["access_token"] for each in visit.kept] == ["12345678.access-1"]
    assert visit.kept[0]["refresh_token"] == "12345678.refresh-1"
    assert visit.kept[0]["access_token_until"] == (START + AN_HOUR).isoformat()
    assert visit.ends == [START + timedelta(days=90)]
    clock.advance(timedelta(minutes=2))
    await visit.walk()
    assert [each["refresh_token"] for each in visit.kept] == ["12345678.refresh-1", "12345678.refresh-2"]
    assert shop.asked().count("POST /v3/public/oauth/token") == 2


async def test_a_token_that_is_taken_back_early_is_given_up_for_another(visit: Visit, shop: EtsyShop) -> None:
    """The look goes on with the next one."""
    shop.sell(1)
    await visit.walk()
    shop.take_back()
    assert [order.id for order in await visit.walk()] == ["1"]
    assert len(visit.kept) == 2


async def test_a_refresh_token_that_was_lost_needs_the_business(shop: EtsyShop, clock: ManualClock) -> None:
    """A process died between Etsy's answer and keeping it, and Etsy takes the older token no more."""
    entered = shop.credentials
    async with open_visit(Etsy(), shop, entered) as died:
        await died.walk()
    async with open_visit(Etsy(), shop, entered) as visit:
        await visit.walk()  # As it was reported: the older one goes on working.
    shop.takes_each_once = True
    async with open_visit(Etsy(), shop, entered) as visit:
        with pytest.raises(CredentialsRefused, match="must let the app in again") as refused:
            await visit.walk()
    assert refused.value.status == 400


async def test_an_etsy_in_trouble_is_not_taken_for_refused_credentials(visit: Visit, shop: EtsyShop) -> None:
    """Issue 549 of etsy/open-api: the token endpoint answers 500 now and then."""
    shop.trouble(Reply(500, {"error": "Server Error"}))
    with pytest.raises(ShopFailed) as failed:
        await visit.walk()
    assert not isinstance(failed.value, CredentialsRefused)


async def test_an_answer_without_a_token_is_no_answer(visit: Visit, shop: EtsyShop) -> None:
    """Nothing is kept then."""
    shop.trouble(Reply(200, {"token_type": "Bearer"}))
    with pytest.raises(ShopFailed, match="answered without one"):
        await visit.walk()
    assert visit.kept == []


async def test_a_wrong_key_is_refused(shop: EtsyShop, clock: ManualClock) -> None:
    """The key is the keystring and the shared secret together."""
    async with open_visit(Etsy(), shop, {**shop.credentials, "shared_secret": "wrong"}) as visit:
        with pytest.raises(CredentialsRefused):
            await visit.walk()


async def test_a_shop_that_is_not_there_says_so(shop: EtsyShop, clock: ManualClock) -> None:
    """Most often it is the shop's name in place of its number."""
    async with open_visit(Etsy(), shop, {**shop.credentials, "shop_id": "42"}) as visit:
        with pytest.raises(ShopFailed, match="Give the shop's number"):
            await visit.walk()


async def test_a_receipt_is_found_by_its_id(visit: Visit, shop: EtsyShop, clock: ManualClock) -> None:
    """With a refund that moved no timestamp of Etsy's: it counts as changed all the same."""
    shop.sell(1)
    clock.advance(AN_HOUR)
    moment = int(clock.now().timestamp())
    shop.receipts[1]["refunds"] = [{"amount": money(605), "created_timestamp": moment, "reason": None}]
    order = await visit.get("1")
    assert order.changed_at == clock.now()
    assert [str(refund.amount) for refund in order.refunds] == ["5.60"]
    assert await visit.find("9") is None


async def test_a_list_of_another_form_is_no_list(visit: Visit, shop: EtsyShop) -> None:
    """A receipt that cannot be named cannot be told apart, so the look fails."""
    del shop.sell(1)["updated_timestamp"]
    shop.receipts[1] |= {"updated_timestamp": 0}
    shop.receipts[1]["receipt_id"] = "1"
    with pytest.raises(ShopFailed, match="form that it documents"):
        await visit.walk()


def test_a_webhook_is_etsys_own_by_the_secret_of_its_endpoint(clock: ManualClock) -> None:
    """As the library of Standard Webhooks signs; a secret that is no base64 signs none."""
    body = '{"shop_id": 27652660}'
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(clock.now().timestamp())),
        "webhook-signature": Webhook(SIGNING_SECRET).sign("msg_1", clock.now(), body),
    }
    assert Etsy().is_signed(SIGNING_SECRET, headers, body.encode())
    assert not Etsy().is_signed(SIGNING_SECRET, headers, body.encode() + b" ")
    assert not Etsy().is_signed(f"whsec_{'b3RoZXI' * 4}", headers, body.encode())
    assert not Etsy().is_signed("no base64!", headers, body.encode())
    assert not Etsy().is_signed(SIGNING_SECRET, {}, body.encode())


def test_a_webhook_is_of_the_shop_that_it_names() -> None:
    """One that names none, or is no JSON, is taken: the look finds out."""
    credentials = {"shop_id": "27652660"}
    told = [b'{"shop_id": 27652660}', b'{"shop_id": "27652660"}', b"{}", b"[]", b"?", b'{"shop_id": 42}']
    assert [Etsy().is_about(credentials, body) for body in told] == [True, True, True, True, True, False]
