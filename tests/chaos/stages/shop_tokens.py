"""A shop whose tokens change with each grant: its orders are in Xero once each, wherever the process died."""

from collections.abc import Sequence
from datetime import timedelta

from tests.chaos.stages.stage import Stage, Work
from tests.chaos.story import Story
from tests.scenarios.polled_steps import set_shop
from tests.scenarios.shop_steps import look
from tests.scenarios.troubles import ask
from tests.shops.etsy_shop import EtsyShop
from tests.shops.stand_in import open_stand_in

PAST_A_CLAIM = timedelta(minutes=20)
A_MOMENT = timedelta(seconds=2)


async def make(story: Story) -> None:
    """Two receipts, and a refresh token that nobody has used."""
    shop = await story.stack.enter_async_context(open_stand_in(EtsyShop(story.house.clock, "AUD")))
    shop.sell(71)
    shop.sell(72)
    await set_shop(story.house, "etsy", shop, shop.credentials)
    story.house.clock.advance(A_MOMENT)


async def follow(story: Story) -> Sequence[str]:
    """The looks that come next."""
    for _ in range(3):
        await look(story.house, PAST_A_CLAIM)
    return []


async def find_apart(story: Story) -> Sequence[str]:
    """Both in Xero once, by credentials that the shop goes on taking."""
    house = story.house
    shown = [each["InvoiceNumber"] for each in await house.list_in_xero()]
    receipts = sorted(each for each in shown if each in ("71", "72"))
    found = [] if receipts == ["71", "72"] else [f"the shop's receipts are {receipts} in Xero"]
    shop = await ask(house.api.get(f"{house.path}/shop"))
    found += [] if "access_token" in shop["credentials"] else ["no token was kept"]
    return found + ([] if shop["refused_at"] is None else ["the shop refuses what was kept"])


STAGE = Stage(
    "shop_renewed",
    make,
    Work(("nudge_reads", "read_partner", "reconcile")),
    follow=follow,
    promise=find_apart,
    lives_on=False,
)
