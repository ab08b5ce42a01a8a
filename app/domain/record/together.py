"""Conflicts that have to wait together, because one decided alone would give a side other sums (`basis`).

    waits                             brings along
    --------------------------------  ----------------------------------------------------------------------
    money of a line that a side has   the basis, where that side is to be given another one
    the basis                         each line of which a side is to be given other money, or that it lacks

So neither side is given a price under a basis that nobody stated it in, however long the decision takes.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.domain.record.basis import AMOUNTS_ARE, is_money_of_line, list_revalued
from app.domain.record.fields import group_of
from app.domain.record.hub import Hub, hold_of, pair_of
from app.domain.record.merge import Conflict
from app.domain.record.moves import list_groups
from app.domain.record.path import read_at
from app.domain.record.sides import Side


def bring_along(hub: Hub) -> tuple[Hub, tuple[Conflict, ...]]:
    """The hub with those paths among its open conflicts, and a conflict for each of them."""
    if not hub.open_conflicts or AMOUNTS_ARE not in hub.record:
        return hub, ()
    found: dict[str, Conflict] = {}
    for side in Side:
        if AMOUNTS_ARE not in hub.open_conflicts and _has_to_wait(hub, side):
            found[AMOUNTS_ARE] = _conflict(hub, side, AMOUNTS_ARE)
    if AMOUNTS_ARE in {*hub.open_conflicts, *found}:
        for side in Side:
            found |= {
                line: _conflict(hub, side, line) for line in _list_lines(hub, side) if line not in found
            }
    hub = replace(hub, open_conflicts=hub.open_conflicts.union(found))
    return hub, tuple(found.values())


def _has_to_wait(hub: Hub, side: Side) -> bool:
    held, wanted = pair_of(hub, side)
    if AMOUNTS_ARE in _apart(hub, side) or held.get(AMOUNTS_ARE) in (None, wanted.get(AMOUNTS_ARE)):
        return False
    return any(is_money_of_line(path) and group_of(path) in list_groups(held) for path in hub.open_conflicts)


def _list_lines(hub: Hub, side: Side) -> Iterator[str]:
    held, wanted = pair_of(hub, side)
    left = {*hub.open_conflicts, *(group_of(path) for path in _apart(hub, side))}
    return (line for line in sorted(list_revalued(held, wanted)) if held and line not in left)


def _apart(hub: Hub, side: Side) -> frozenset[str]:
    return frozenset(hub.xero_apart if side is Side.XERO else hub.partner_apart)


def _conflict(hub: Hub, side: Side, path: str) -> Conflict:
    """The conflict at a path; its base is what the side holds that would be given another value."""
    partner, xero = (read_at(hold_of(hub, each), path) for each in (Side.PARTNER, Side.XERO))
    base = partner if side is Side.PARTNER else xero
    return Conflict(path, base, partner, xero, winner=None, decided_at=AMOUNTS_ARE)
