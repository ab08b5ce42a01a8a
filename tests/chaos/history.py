"""A random history end to end: drawn from a seed, lived, settled and judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tests.chaos import in_the_app, in_xero, office, shifts, weather
from tests.chaos.judging import Findings, find_restless, judge
from tests.chaos.story import Act, Step, Story, draw_steps, live
from tests.scenarios.both_sides import list_resources
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, connection, later, restarted

ACTS: dict[str, Act] = {
    **in_the_app.ACTS,
    **in_xero.ACTS,
    **office.ACTS,
    **weather.ACTS,
    **shifts.ACTS,
}
OFTEN = (
    *(
        "app_write",
        "app_edit",
        "app_edit",
        "xero_edit",
        "xero_edit",
        "break_xero",
        "break_xero",
        "break_webhooks",
    ),
    *(
        "break_app",
        "let_go",
        "let_go",
        "pass_time",
        "reconcile",
        "reconcile",
        "reconcile",
        "deliver",
        "deliver",
    ),
    *("both", "both"),
)
"""What happens more often than once in a while."""

STEPS = 24
BEGINNING = [Step("app_write", number) for number in (1, 2, 3, 5, 8)]
"""A story begins with some invoices."""

SETTLING_ROUNDS = 8
A_WHILE = timedelta(hours=3)
"""Longer than any wait of ours but that for an app that failed many times."""


@dataclass(frozen=True)
class Verdict:
    """What came of a history."""

    findings: Findings
    faults: int
    held: dict[str, str]
    """The reasons for which invoices were held in the end, by invoice."""


def draw_history(seed: int) -> list[Step]:
    """The steps of a seed."""
    return [*BEGINNING, *draw_steps(seed, [*ACTS, *OFTEN], STEPS)]


async def run_history(house: House, steps: Sequence[Step]) -> Verdict:
    """Live through a history, let it settle, and judge it."""
    story = Story(house, calls_before=await house.last_call())
    await live(story, steps, ACTS)
    # Whoever worked until now is gone: what follows is done by one that knows nothing but the database.
    async with restarted(house):
        await settle(story)
        findings = await judge(story)
        findings.diverged += await find_restless(house)
    return Verdict(findings, story.faults, await _list_held(house))


async def settle(story: Story) -> None:
    """The faults stop, everything that waits comes due, the manifests and the sweep run; until nothing is behind."""
    house = story.house
    await weather.clear_up(story)
    for _ in range(SETTLING_ROUNDS):
        # What was disconnected in Xero may be noticed only now.
        await office.open_all(story)
        await later(house, A_WHILE)
        await ask(house.app.post("/flush"))
        await ask(house.app.post("/manifest"))
        await ask(house.app.post("/contacts/manifest"))
        await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
        await ask(house.api.post(f"{house.path}/compare"))
        await house.sweep()
        if await is_settled(house):
            return


async def is_settled(house: House) -> bool:
    """Whether everything of the app is known, nothing is behind, and the consent that was lost is there again."""
    if (await connection(house))["state"] != "active":
        return False
    resources = await list_resources(house)
    missing = {document["id"] for document in await house.list_in_app()} - set(resources)
    return not missing and all(resource["state"] != "behind" for resource in resources.values())


async def _list_held(house: House) -> dict[str, str]:
    resources = await list_resources(house)
    return {
        invoice_id: resource["reason"]["code"]
        for invoice_id, resource in resources.items()
        if resource["state"] == "held"
    }
