"""What a person said to leave as it is: it is spoken of no more while the values stay as they were then.

A conflict that is left so stays open: both sides keep their own value, and nothing is held for it. As soon as one of
the two values moves, it waits for a person again.
"""

from collections.abc import Iterable
from dataclasses import replace

from app.domain.findings.stake import sides_of
from app.domain.record.fields import ABSENT, Absent, Value
from app.domain.record.hub import Hub, hold_of
from app.domain.record.moves import Move
from app.domain.record.path import read_at
from app.domain.record.sides import Side

TOTAL = "total"
"""The path under which two totals that differ are left so; no record has it."""


def pair_at(hub: Hub, path: str) -> Move:
    """What the two sides hold at a path now: the partner's value and Xero's, ABSENT of a side that cannot hold it."""
    sides = sides_of(hub, path)
    partner, xero = (
        _held(hub, side, path) if side in sides else ABSENT for side in (Side.PARTNER, Side.XERO)
    )
    return partner, xero


def _held(hub: Hub, side: Side, path: str) -> Value | Absent:
    return read_at(hold_of(hub, side), path)


def ignore(hub: Hub, paths: Iterable[str]) -> Hub:
    """The hub that says no more of these open paths."""
    return replace(hub, ignored={**hub.ignored, **{path: pair_at(hub, path) for path in paths}})


def heed(hub: Hub, paths: Iterable[str]) -> Hub:
    """The hub that speaks of these paths again."""
    gone = set(paths)
    return replace(hub, ignored={path: pair for path, pair in hub.ignored.items() if path not in gone})


def list_ignored(hub: Hub) -> frozenset[str]:
    """The open paths of which a person wants to hear no more, and whose values are still the same."""
    return frozenset(
        path for path in hub.open_conflicts if path in hub.ignored and hub.ignored[path] == pair_at(hub, path)
    )


def list_waiting(hub: Hub) -> frozenset[str]:
    """The open paths that wait for a person."""
    return hub.open_conflicts - list_ignored(hub)


def are_totals_ignored(hub: Hub, expected: str, shown: str) -> bool:
    """Whether these two totals may differ: what the record comes to, and what Xero shows."""
    return hub.ignored.get(TOTAL) == (expected, shown)
