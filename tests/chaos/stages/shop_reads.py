"""A shop read, and heard: its orders are in Xero once each, and one that cannot be taken is told, wherever it died."""

from collections.abc import Sequence
from datetime import timedelta

import httpx

from tests.chaos.stages.served import Serve
from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.scenarios.shop_steps import look, refused_orders, set_woo
from tests.shops.stand_in import open_stand_in
from tests.shops.woocommerce import WooShop, item

PAST_A_CLAIM = timedelta(minutes=20)
A_MOMENT = timedelta(seconds=2)


async def make(story: Story) -> None:
    """An order that is paid, one of which a part was given back, and one that does not add up."""
    shop = await story.stack.enter_async_context(open_stand_in(WooShop(story.house.clock)))
    refunded, wrong = shop.place(item("Tap", "44.00")), shop.place()
    shop.refund(refunded, "4.00")
    shop.break_total(wrong, "120.00")
    await set_woo(story.house, shop)
    story.kept |= {
        "shop": shop,
        "totals": {str(refunded): 44.0, str(shop.place()): 110.0},
        "refused": str(wrong),
    }
    story.house.clock.advance(A_MOMENT)


async def make_heard(story: Story) -> None:
    """The same, all of it read, and another order since."""
    await make(story)
    house, shop = story.house, story.kept["shop"]
    await look(house)
    story.kept["order"] = shop.place(item("Tap", "55.00"))
    story.kept["totals"][str(story.kept["order"])] = 55.0


async def tell(story: Story, api: httpx.AsyncClient) -> None:
    """The shop tells of it; nobody answers where the API is dead."""
    shop = story.kept["shop"]
    shop.webhook_url = f"{str(api.base_url).rstrip('/')}/webhooks/shops/{story.house.connection_id}"
    try:
        assert await shop.tell(story.kept["order"], "order.created") == 200
    except httpx.TransportError:
        return


async def follow(story: Story) -> Sequence[str]:
    """The looks that come next."""
    for _ in range(3):
        await look(story.house, PAST_A_CLAIM)
    return []


async def find_apart(story: Story) -> Sequence[str]:
    """Every order in Xero once, with its total, and the refusal of the one that cannot be."""
    house, kept = story.house, story.kept
    shown = [(each["InvoiceNumber"], each["Total"]) for each in await house.list_in_xero()]
    orders = sorted(each for each in shown if each[0] in {*kept["totals"], kept["refused"]})
    found = [] if orders == sorted(kept["totals"].items()) else [f"the shop's orders are {orders} in Xero"]
    refused = [each["order_id"] for each in await refused_orders(house)]
    found += [] if refused == [kept["refused"]] else [f"refused are {refused}"]
    return found


STAGES = (
    Stage(
        "shop_read",
        make,
        Work(("nudge_put_off_reads", "nudge_reads", "read_partner", "reconcile")),
        follow=follow,
        promise=find_apart,
        lives_on=False,
    ),
    Stage("shop_heard", make_heard, Serve(tell), follow=follow, promise=find_apart, lives_on=False),
)
