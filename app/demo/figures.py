"""The figures: how fast one change is, how few calls a thousand cost, and that an echo costs nothing.

Each figure is measured from outside, by the sandboxes' own logs and clocks that a partner could read too.
What is counted must hold, or the demo fails; what is timed depends on the machine: a miss is shown, and no more.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from app.demo.echo import measure_echoes
from app.demo.latency import measure_latency
from app.demo.screen import Screen
from app.demo.sides import NOTHING
from app.demo.volume import measure_arrivals, measure_volume
from app.demo.world import World


@dataclass(frozen=True)
class Size:
    """How much is measured: the promises are about a hundred single changes, and a thousand invoices at once."""

    changes: int = 100
    volume: int = 1000

    @property
    def customers(self) -> int:
        """Every fifth invoice brings a new one."""
        return math.ceil(self.volume / 5)


@dataclass(frozen=True)
class Figure:
    """One measured number beside what it should be."""

    what: str
    measured: str
    target: str
    is_met: bool | None
    """None where nobody has promised anything."""
    is_counted: bool = True
    """Counted rather than timed: the same on every machine."""


LATENCY_TARGET_MS = 250
WRITTEN_AT_ONCE = 50
READ_AT_ONCE = 40
FEWEST_READS = 3
ECHOES = 10


def measure(world: World, screen: Screen, size: Size) -> list[Figure]:
    """Measure all of them, in the order in which they are printed. Takes some minutes at full size."""
    world.xero.lift_limits()
    measurements: tuple[Callable[[World, Screen, Size], list[Figure]], ...] = (
        measure_single_changes,
        measure_echo,
        measure_behind_at_once,
    )
    return [figure for measurement in measurements for figure in measurement(world, screen, size)]


def measure_single_changes(world: World, screen: Screen, size: Size) -> list[Figure]:
    """The median from a person's edit on one side to the other side showing it, each way."""
    latency = measure_latency(world, screen, size.changes)
    return [
        Figure(
            f"{size.changes} single changes, {way}",
            f"median {median:.0f} ms, p95 {slowest:.0f} ms",
            f"median under {LATENCY_TARGET_MS} ms",
            median < LATENCY_TARGET_MS,
            is_counted=False,
        )
        for way, median, slowest in latency
    ]


def measure_echo(world: World, screen: Screen, _: Size) -> list[Figure]:
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


def measure_behind_at_once(world: World, screen: Screen, size: Size) -> list[Figure]:
    """Many behind at once towards Xero, then the same ones changed in Xero."""
    volume = measure_volume(world, screen, size.volume, size.customers)
    arrivals = measure_arrivals(world, screen, volume.invoice_ids)
    sent = f"{size.volume} put at once"
    changed = f"{size.volume} edited in Xero"
    there = Figure(
        f"{sent}: in Xero",
        f"{volume.in_xero}, {volume.twice} of them twice",
        f"{size.volume}, 0 twice",
        (volume.in_xero, volume.twice) == (size.volume, 0),
    )
    return [
        there,
        at_most(f"{sent}: invoice writes", volume.invoice_writes, math.ceil(size.volume / WRITTEN_AT_ONCE)),
        at_most(
            f"{sent}: contact writes ({size.customers})",
            volume.contact_writes,
            math.ceil(size.customers / WRITTEN_AT_ONCE),
        ),
        told(f"{sent}: until all in Xero", volume.seconds),
        at_most(f"{changed}: calls to fetch", arrivals.calls, _most_reads(size.volume)),
        told(f"{changed}: until all in app", arrivals.seconds),
    ]


def _most_reads(volume: int) -> int:
    """Full calls and one for the first that comes; a handful needs one more for what came during that."""
    return max(FEWEST_READS, math.ceil(volume / READ_AT_ONCE) + 1)


def at_most(what: str, measured: int, most: int) -> Figure:
    """A count with a limit."""
    return Figure(what, str(measured), f"at most {most}", measured <= most)


def told(what: str, seconds: float) -> Figure:
    """A time that nobody has promised."""
    return Figure(what, f"{seconds:.1f} s", NOTHING, is_met=None, is_counted=False)
