"""How long one change takes, each way: from a person's edit on one side until the other side shows it.

That is more than "webhook in to other side changed", which is the promise: it includes the sandbox's own
sending of its webhook and the pause between two looks, so a figure here is never too small. Changes are made
one at a time, each once the one before is settled, on an invoice that both sides have.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from operator import eq
from statistics import median, quantiles

from app.demo.screen import Screen
from app.demo.waiting import wait_for
from app.demo.world import World

INVOICE = "inv_timed"
PAUSE_SECONDS = 0.003
MILLISECONDS = 1000
NINETY_FIFTH = 94
PERCENTILES = 100


def measure_latency(world: World, screen: Screen, changes: int) -> list[tuple[str, float, float]]:
    """For each way: its name, the median and the 95th percentile, in milliseconds."""
    world.open_sent(INVOICE)
    key = world.get_xero_id(INVOICE)

    def edit_app(reference: str) -> None:
        world.partner.edit(INVOICE, {"reference": reference})

    def edit_xero(reference: str) -> None:
        world.xero.edit(key, {"Reference": reference})

    def read_xero() -> str:
        return str((world.xero.find_invoice(key) or {}).get("Reference"))

    def read_app() -> str:
        return str((world.partner.find(INVOICE) or {}).get("reference"))

    ways = (("app to Xero", edit_app, read_xero), ("Xero to app", edit_xero, read_app))
    measured = []
    for way, edit, read in ways:
        spans = list(time_changes(world, screen, way, changes, edit, read))
        measured.append(
            (way, median(spans), quantiles(spans, n=PERCENTILES, method="inclusive")[NINETY_FIFTH])
        )
    return measured


def time_changes(
    world: World,
    screen: Screen,
    way: str,
    changes: int,
    edit: Callable[[str], None],
    read: Callable[[], str],
) -> Iterator[float]:
    """The milliseconds of each change, one after the other."""
    with screen.counting(f"Single changes, {way}", changes) as count:
        for n in range(1, changes + 1):
            reference = f"{way} {n}"
            started = time.monotonic()
            edit(reference)
            wait_for(
                read,
                partial(eq, reference),
                lambda seen: f"{way}: {seen} is still shown",
                pause=PAUSE_SECONDS,
            )
            yield (time.monotonic() - started) * MILLISECONDS
            world.settle(INVOICE)
            count.reach(n)
