"""Outages, each a story of its own: something is gone for a while, people go on, and afterwards everything holds.

These are told by simulated time, so that an hour and a day cost nothing: Xero down for an hour, the app's address down
for a day, clocks that jump. What kills servers and processes is in `torment`.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any

from tests.chaos import in_the_app, in_xero, shifts
from tests.chaos.ground import Ground
from tests.chaos.history import BEGINNING, settle
from tests.chaos.judging import find_restless, judge
from tests.chaos.story import Story, live
from tests.chaos.tally import Outcome
from tests.chaos.weather import ACTS, let_go, move_on
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import app_fault, ask, restarted, rows

MANY = 1_000_000
EDITS = (in_the_app.edit, in_xero.edit, in_the_app.edit_contact, in_the_app.pay, in_the_app.write)

Outage = Callable[[Story], Awaitable[list[str]]]
"""What happens; answers what did not hold while it lasted."""


async def xero_is_down(story: Story) -> list[str]:
    """For an hour no call is answered; then it goes on by itself."""
    await story.house.fault("unavailable_before", times=MANY)
    for _ in range(12):
        await _go_on(story, timedelta(minutes=5))
    return []


async def app_is_down(story: Story) -> list[str]:
    """For a day the app answers no change; all of them wait, the newest of each invoice last, and all are listed."""
    await app_fault(story.house, refuse_incoming_next=MANY)
    found: list[str] = []
    for _ in range(24):
        await _go_on(story, timedelta(hours=1))
        found += await find_unlisted_changes(story.house)
    return found


async def clocks_jump(story: Story) -> list[str]:
    """Our machine's clock goes far ahead, back behind where it was, and right again."""
    begun = story.house.clock.now()
    for hours in (9, -6, 30, -12, 0):
        story.house.clock.set(begun + timedelta(hours=hours))
        await _go_on(story, timedelta(seconds=30))
    # Whatever was put off by the clock that was ahead comes due when the right one gets there.
    await move_on(story, timedelta(hours=48))
    return []


OUTAGES: dict[str, Outage] = {
    "Xero is down for an hour": xero_is_down,
    "the app is down for a day": app_is_down,
    "clocks jump": clocks_jump,
}


async def run_outage(ground: Ground, number: int) -> Outcome:
    """One of them, with the edits of a seed: number is the seed times ten, and which one."""
    name, outage = list(OUTAGES.items())[number % 10]
    async with ground.open_house() as house:
        story = Story(house, calls_before=await house.last_call())
        await live(story, BEGINNING, {**in_the_app.ACTS, **ACTS})
        await house.drain()
        story.random = Random(number)
        broken = await outage(story)
        async with restarted(house):
            await settle(story)
            findings = await judge(story)
            findings.diverged += [*broken, *await find_restless(house), *await find_late_changes(house)]
    return Outcome(f"{name}, seed {number // 10}", findings, histories=1, faults=1)


async def _go_on(story: Story, span: timedelta) -> None:
    """People edit, workers look, time passes."""
    await story.random.choice(EDITS)(story)
    await let_go(story)
    await shifts.reconcile(story)
    await shifts.deliver(story)
    await move_on(story, span)


async def find_unlisted_changes(house: House) -> list[str]:
    """Changes that wait and are not in the feed, or behind a newer one of the same invoice; and invoices that wait for
    the app with nothing on its way.
    """
    listed: list[Any] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = await ask(house.api.get(f"{house.path}/changes", params={"cursor": cursor, "limit": 100}))
        listed += page["data"]
        cursor = page["next"]
    waiting = await rows(
        house,
        "SELECT id FROM changes WHERE state = 'pending' AND connection_id = :own",
        own=house.connection_id,
    )
    known = {int(each["cursor"]) for each in listed}
    silent = await rows(
        house,
        "SELECT partner_invoice_id FROM invoice_links l WHERE reason_code = 'awaiting_partner' AND NOT EXISTS"
        " (SELECT FROM changes c WHERE c.link_id = l.id AND c.state = 'pending')",
    )
    overtaken = await rows(
        house,
        "SELECT o.id FROM changes o WHERE o.state = 'pending' AND NOT o.is_resend AND EXISTS (SELECT FROM changes n"
        " WHERE n.link_id = o.link_id AND n.revision > o.revision AND n.state IN ('pending', 'applied'))",
    )
    found = [f"change {row['id']} waits and is not listed" for row in waiting if row["id"] not in known]
    found += [f"change {row['id']} waits though a newer one stands" for row in overtaken]
    return found + [f"{row['partner_invoice_id']} waits for nothing" for row in silent]


async def find_late_changes(house: House) -> list[str]:
    """Changes of one invoice that the app applied in another order than they were told, or twice."""
    return find_out_of_order((await ask(house.app.get("/log")))["received"])


def find_out_of_order(received: list[Json]) -> list[str]:
    """The same of the app's journal of what it received."""
    newest: dict[str, int] = {}
    found = []
    for entry in received:
        if entry.get("outcome") != "applied":
            continue
        thing, revision = str(entry.get("invoice_id") or entry.get("contact_id")), int(entry["revision"])
        if revision <= newest.get(thing, 0):
            found.append(f"{thing}: revision {revision} was applied after {newest[thing]}")
        newest[thing] = revision
    return found
