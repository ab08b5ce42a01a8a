"""One story: a house, what its seed draws, and the persons, networks and workers that act in it.

A step is the name of an act and a number of its own, from which the act draws whatever it needs; so a story is a list
of steps, and the same story without one of them can be lived too.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.chaos.ledger import Ledger
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import writes_since

INVOICES = 3
CUSTOMERS = 2


@dataclass(frozen=True)
class Step:
    """One act of a story, with the number that decides everything in it."""

    act: str
    number: int

    def __str__(self) -> str:
        return f"{self.act}:{self.number}"


@dataclass
class Story:
    """A story as it is lived."""

    house: House
    ledger: Ledger = field(default_factory=Ledger)
    random: Random = field(default_factory=Random)
    made: int = 0
    faults: int = 0
    """What was made to go wrong."""
    limited: int = 0
    """Calls that were answered with 429 because a fault was ordered."""
    calls_before: int = 0
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    """What was opened for this story and is closed with it."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What it needs to know again in the end."""

    def token(self) -> int:
        """A number that no other edit of this story has."""
        self.made += 1
        return self.made

    def choose_invoice(self) -> str:
        """Which invoice the act is about."""
        return f"inv_{self.random.randint(1, INVOICES)}"

    def choose_customer(self) -> str:
        """Which customer the act is about."""
        return f"cus_{self.random.randint(1, CUSTOMERS)}"

    async def find(self, call: Awaitable[httpx.Response]) -> Json | None:
        """What a call answers; None where it was refused, as a person is told that something cannot be done."""
        answer = await call
        assert answer.status_code < 500, f"{answer.request.url}: {answer.status_code} {answer.text}"
        found: Any = answer.json() if answer.content else {}
        return found if answer.is_success else None

    async def find_in_app(self, invoice_id: str) -> Json | None:
        """The document as the app shows it."""
        return await self.find(self.house.app.get(f"/invoices/{invoice_id}"))

    async def find_in_xero(self, number: str) -> Json | None:
        """The invoice as Xero shows it."""
        return await self.find(self.house.xero.get(f"/people/{self.house.tenant_id}/invoices/{number}"))

    async def note_unseen(self, calls: int, thing: str, path: str, value: Any) -> None:
        """Where we wrote between a person's look at Xero and the edit there, whatever of the app's it was may have been
        replaced unseen.
        """
        if await writes_since(self.house, calls):
            for each in list(self.ledger.edits):
                if (each.thing, each.path) == (thing, path):
                    self.ledger.note("xero", thing, path, each.value, value)


Act = Callable[[Story], Awaitable[None]]


def draw_steps(seed: int, acts: Sequence[str], count: int) -> list[Step]:
    """The steps of a seed; an act that stands twice is drawn twice as often."""
    random = Random(seed)
    return [Step(random.choice(acts), random.randrange(10**6)) for _ in range(count)]


async def live(story: Story, steps: Sequence[Step], acts: dict[str, Act]) -> None:
    """Live through the steps."""
    for step in steps:
        story.random = Random(step.number)
        await acts[step.act](story)
