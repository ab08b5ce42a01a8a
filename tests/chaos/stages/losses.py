"""What a connection loses: its consent, its refresh token, a scope, its app, an answer. It is told, and goes on."""

from collections.abc import Sequence
from datetime import timedelta

from tests.chaos.stages.refresh import PAST_A_TOKEN, list_notices
from tests.chaos.stages.stage import PAST_A_LEASE, Stage, Work
from tests.chaos.story import Story
from tests.chaos.weather import move_on
from tests.scenarios.troubles import ask, connection, later

SHIFT = ("reconcile", "deliver")
PAST_A_DAY = timedelta(days=1, minutes=5)
PAST_A_CONSENT = timedelta(days=61)


async def make(story: Story) -> None:
    """An invoice that both sides have, and an edit of it."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    await house.edit("inv_1", reference="R11")
    story.ledger.note("partner", "inv_1", "reference", "PO 1", "R11")


async def make_disconnected(story: Story) -> None:
    """Somebody removed the app in Xero."""
    await make(story)
    await ask(story.house.xero.post("/disconnect", json={"tenant_id": story.house.tenant_id}))


async def make_aged(story: Story) -> None:
    """Nobody used the refresh token for too long."""
    await make(story)
    await move_on(story, PAST_A_CONSENT)


async def find_untold(story: Story) -> Sequence[str]:
    """It is disconnected by now, and its partner was told so once."""
    await later(story.house, PAST_A_LEASE)
    state = (await connection(story.house))["state"]
    told = [each["type"] for each in await list_notices(story.house)].count("connection.disconnected")
    return (
        []
        if (state, told) == ("disconnected", 1)
        else [f"it is {state}, and its partner was told {told} times"]
    )


async def make_quiet(story: Story) -> None:
    """It works at a set time of the week, and Xero was asked for nothing for days."""
    await make(story)
    await story.house.drain()
    await story.house.choose(mode="weekly", at="02:00", weekday="monday", time_zone="UTC")
    await story.house.drain()
    await move_on(story, PAST_A_DAY)


async def make_quiet_lost(story: Story) -> None:
    """Meanwhile somebody removed the app in Xero."""
    await make_quiet(story)
    await ask(story.house.xero.post("/disconnect", json={"tenant_id": story.house.tenant_id}))


async def make_quiet_refused(story: Story) -> None:
    """Meanwhile Xero takes the app's secret no more, for a while."""
    await make_quiet(story)
    await story.house.fault("token_unknown", "POST", "/connect/token")


async def follow_roll(story: Story) -> Sequence[str]:
    """The timer comes again, once more than a claim of a token's refresh lasts; then it works at once again."""
    story.house.clock.advance(PAST_A_LEASE)
    await story.house.parts.roll_call.call_roll()
    await story.house.choose(mode="real_time")
    return ()


async def find_untold_of_roll(story: Story) -> Sequence[str]:
    """As of any loss, though nobody worked."""
    await follow_roll(story)
    return await find_untold(story)


async def make_scopeless(story: Story) -> None:
    """Xero wants a scope that the consent lacks, for a while."""
    await make(story)
    await story.house.fault("scope_missing", "POST", "/Invoices")


async def make_refused_app(story: Story) -> None:
    """Xero does not take the app's secret when the token has run out, for a while."""
    await make(story)
    await move_on(story, PAST_A_TOKEN)
    await story.house.fault("token_unknown", "POST", "/connect/token")


async def make_refused_compare(story: Story) -> None:
    """A compare that somebody asked for, and that Xero refuses."""
    house = story.house
    await house.write("inv_1")
    await house.drain()
    await ask(house.api.post(f"{house.path}/compare"))
    await house.fault("bad_request", "GET", "/Invoices")


STAGES = (
    Stage("consent_lost", make_disconnected, Work(SHIFT), follow=find_untold),
    Stage("consent_aged", make_aged, Work(SHIFT), follow=find_untold),
    Stage("quiet", make_quiet, Work(("call_roll",)), follow=follow_roll),
    Stage("quiet_lost", make_quiet_lost, Work(("call_roll",)), follow=find_untold_of_roll),
    Stage("quiet_refused", make_quiet_refused, Work(("call_roll",)), follow=follow_roll),
    Stage("scope_missing", make_scopeless, Work(SHIFT)),
    Stage("app_refused", make_refused_app, Work(SHIFT)),
    Stage("compare_refused", make_refused_compare, Work(SHIFT)),
)
