"""Exports: listed, planned, carried out, refused, stumbled over, standing still, and left by their connection.

Whatever dies in them, in the end every invoice that was to go is in Xero, once, and the run says how it ended.
"""

from collections.abc import Sequence

from sqlalchemy import text

from tests.chaos import weather
from tests.chaos.stages.stage import PAST_A_LEASE, Stage, Work
from tests.chaos.story import Story
from tests.scenarios.exporting import let_wait, look, order, outcomes, report, tell
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask, in_the_middle, later, numbers_in_xero

INVOICES = 5
CUSTOMERS = 2

EXPORT = ("reconcile", "deliver")


async def make(story: Story) -> None:
    """Invoices that wait for their hour, and an export that does not."""
    await _make_backlog(story)
    await _order(story)


async def _make_backlog(story: Story) -> None:
    bulk = {"count": INVOICES, "customers": CUSTOMERS, "prefix": "bulk"}
    await ask(story.house.app.post("/invoices/bulk", json=bulk))
    await let_wait(story.house)
    await story.house.drain()


async def _order(story: Story) -> None:
    story.kept["export"] = await order(story.house, "invoices", dry_run=False)


async def find_unexported(story: Story) -> Sequence[str]:
    """Whatever is not in Xero once, or is not told so by the run."""
    house, export = story.house, await look(story.house, story.kept["export"])
    told = set(outcomes(await report(house, export), "invoice").values())
    in_xero = await numbers_in_xero(house)
    is_whole = len(in_xero) == len(set(in_xero)) == INVOICES
    found = [] if is_whole else [f"{INVOICES} invoices were to be in Xero: {in_xero}"]
    is_told = (export["state"], told) == ("done", {"created"})
    return found if is_told else [*found, f"the export is {export['state']}, its invoices {told}"]


async def make_dry_run(story: Story) -> None:
    """A dry run that was paused while the last of it was listed, and goes on."""
    house = story.house
    await _make_backlog(story)
    export = story.kept["export"] = await order(house, "invoices")
    async with in_the_middle(house, "GET", "/Invoices"):
        await tell(house, export, "pause")
    await tell(house, export, "resume")


async def find_unplanned(story: Story) -> Sequence[str]:
    """The plan is there, and nothing else; then somebody starts it."""
    house, export = story.house, story.kept["export"]
    await later(house, PAST_A_LEASE)
    shown = await look(house, export)
    in_xero = await numbers_in_xero(house)
    await tell(house, export, "start")
    is_planned = (shown["state"], in_xero) == ("planned", [])
    return [] if is_planned else [f"the dry run is {shown['state']}, and in Xero are {in_xero}"]


async def make_refused(story: Story) -> None:
    """A dry run whose every look at Xero's invoices is refused."""
    await _make_backlog(story)
    story.kept["export"] = await order(story.house, "invoices")
    await story.house.fault("bad_request", "GET", "/Invoices", times=50)


async def order_again(story: Story) -> Sequence[str]:
    """It ended with the reason; Xero answers again, and somebody orders an export."""
    await later(story.house, PAST_A_LEASE)
    export = await look(story.house, story.kept["export"])
    await weather.clear_up(story)
    await _order(story)
    has_failed = export["state"] == "failed" and export["reason"] is not None
    return [] if has_failed else [f"the refused dry run is {export['state']}: {export['reason']}"]


async def make_stumble(story: Story) -> None:
    """An export that we fail on ourselves: what is kept of how far it came cannot be read."""
    await make(story)
    await _run(story.house, """UPDATE exports SET cursor = '{"at": "invoices", "created_at": "never"}'""")


async def mend(story: Story) -> Sequence[str]:
    """Somebody mends what is kept."""
    await _run(story.house, "UPDATE exports SET cursor = NULL")
    await later(story.house, PAST_A_LEASE)
    return ()


async def make_stalled(story: Story) -> None:
    """An export whose trigger was swallowed: nothing is behind, and nobody is woken."""
    await make(story)
    await _run(story.house, "UPDATE connections SET settled_generation = generation")


async def look_again(story: Story) -> Sequence[str]:
    """The timer comes again."""
    await story.house.parts.exports.nudge_due()
    return ()


async def make_orphaned(story: Story) -> None:
    """An export whose connection was removed."""
    await make(story)
    await ask(story.house.api.delete(story.house.path))


async def find_unended(story: Story) -> Sequence[str]:
    """It has ended, and says why."""
    export: Json = await look(story.house, story.kept["export"])
    ended = (export["state"], (export["reason"] or {}).get("code"))
    return [] if ended == ("failed", "connection_removed") else [f"the orphaned export is {ended}"]


async def _run(house: House, statement: str) -> None:
    async with house.database.writing() as session:
        await session.execute(text(statement))


STAGES = (
    Stage("export", make, Work(EXPORT), promise=find_unexported),
    Stage("dry_run", make_dry_run, Work(EXPORT), follow=find_unplanned, promise=find_unexported),
    Stage("export_refused", make_refused, Work(EXPORT), follow=order_again, promise=find_unexported),
    Stage(
        "export_stumbling", make_stumble, Work(EXPORT, may_fail=True), follow=mend, promise=find_unexported
    ),
    Stage(
        "export_stalled",
        make_stalled,
        Work(("nudge_exports", *EXPORT)),
        follow=look_again,
        promise=find_unexported,
    ),
    Stage(
        "export_orphaned",
        make_orphaned,
        Work(("nudge_exports",)),
        follow=look_again,
        promise=find_unended,
        lives_on=False,
    ),
)
