"""The figures: how fast one change is, how few calls a thousand cost, and that an echo costs nothing.

Each figure is measured from outside, by the sandboxes' own logs and clocks that a partner could read too.
What is counted must hold, or the demo fails; what is timed depends on the machine and is only told.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.demo.echo import measure_echoes
from app.demo.latency import measure_latency
from app.demo.screen import Screen
from app.demo.sides import NOTHING
from app.demo.volume import measure_arrivals, measure_volume
from app.demo.world import World


@dataclass(frozen=True)
class Figure:
    """One measured number beside what it should be."""

    what: str
    measured: str
    target: str
    is_met: bool
    is_counted: bool = True
    """Counted rather than timed: the same on every machine."""


SINGLE_CHANGES = 100
LATENCY_TARGET_MS = 250
INVOICES = 1000
CUSTOMERS = 200
MOST_INVOICE_WRITES = 20
MOST_CONTACT_WRITES = 4
MOST_ARRIVAL_CALLS = 26
ECHOES = 10


def measure(world: World, screen: Screen) -> list[Figure]:
    """Measure all of them, in the order in which they are printed. Takes about a minute."""
    world.xero.lift_limits()
    measurements: tuple[Callable[[World, Screen], list[Figure]], ...] = (
        measure_single_changes,
        measure_echo,
        measure_thousand,
    )
    return [figure for measurement in measurements for figure in measurement(world, screen)]


def measure_single_changes(world: World, screen: Screen) -> list[Figure]:
    """The median from a person's edit on one side to the other side showing it, each way."""
    latency = measure_latency(world, screen, SINGLE_CHANGES)
    return [
        Figure(
            f"{way}: median of {SINGLE_CHANGES} single changes",
            f"{median:.0f} ms (95 of 100 under {slowest:.0f} ms)",
            f"under {LATENCY_TARGET_MS} ms",
            median < LATENCY_TARGET_MS,
            is_counted=False,
        )
        for way, median, slowest in latency
    ]


def measure_echo(world: World, screen: Screen) -> list[Figure]:
    """What the webhooks about our own writes cost."""
    with screen.setting_up(f"{ECHOES} echoes of our own writes"):
        writes, reads = measure_echoes(world, ECHOES)
    return [
        Figure(
            f"{ECHOES} echoes of our own writes",
            f"{writes} writes, {reads} reads",
            "0 writes, 0 reads",
            writes + reads == 0,
        )
    ]


def measure_thousand(world: World, screen: Screen) -> list[Figure]:
    """A thousand behind at once towards Xero, then the same thousand changed in Xero."""
    volume = measure_volume(world, screen, INVOICES, CUSTOMERS)
    arrivals = measure_arrivals(world, screen, volume.invoice_ids)
    behind = f"{INVOICES} sent invoices behind, {CUSTOMERS} new customers"
    changed = f"{INVOICES} changed in Xero at once"
    each_once = (volume.in_xero, volume.twice) == (INVOICES, 0)
    there = Figure(
        f"{behind}: in Xero",
        f"{volume.in_xero}, {volume.twice} of them twice",
        f"{INVOICES}, 0 twice",
        each_once,
    )
    return [
        at_most(f"{behind}: invoice writes", volume.invoice_writes, MOST_INVOICE_WRITES),
        at_most(f"{behind}: contact writes", volume.contact_writes, MOST_CONTACT_WRITES),
        there,
        told(f"{behind}: from resumed to all in Xero", volume.seconds),
        at_most(f"{changed}: calls to bring them in", arrivals.calls, MOST_ARRIVAL_CALLS),
        told(f"{changed}: until the app shows all", arrivals.seconds),
    ]


def at_most(what: str, measured: int, most: int) -> Figure:
    """A count with a limit."""
    return Figure(what, str(measured), f"at most {most}", measured <= most)


def told(what: str, seconds: float) -> Figure:
    """A time that nobody has promised."""
    return Figure(what, f"{seconds:.1f} s", NOTHING, is_met=True, is_counted=False)
