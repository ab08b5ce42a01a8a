"""Edits that do not travel by the connection's directions stay on their own side: their paths, and the last agreement.

A path is a field, or a whole line, payment or credit that came or went. Its base is a value, the members of a group by
name, or ABSENT. Shadows stay true: they say what a side holds, apart or not. What is kept here is only the base, from
which the edit is merged when its direction opens, and which that side's next observation is held against.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.domain.record.basis import is_met_by
from app.domain.record.direction import Lanes
from app.domain.record.fields import (
    ABSENT,
    DISCOUNTS,
    LINE_ORDER,
    Absent,
    Fields,
    Value,
    group_of,
    grouped,
    line_keys,
    member_of,
)
from app.domain.record.held import leave_held
from app.domain.record.line_order import interleave
from app.domain.record.merge import Conflict
from app.domain.record.moves import put
from app.domain.record.sides import Side, holds, with_xeros_number

Apart = Mapping[str, Value | Absent]


def with_bases(view: Fields, apart: Apart) -> dict[str, Value]:
    """What a side holds, but at every path that is apart what both last agreed on."""
    agreed = dict(view)
    for path, base in apart.items():
        if group_of(path) != path:
            put(agreed, path, base)
            continue
        for member in [member for member in agreed if member.startswith(f"{path}/")]:
            del agreed[member]
        agreed |= {f"{path}/{name}": value for name, value in _members(base).items()}
    return agreed


def without_met(
    side: Side, apart: Apart, shadow: Fields, before: Fields, record: Fields, lanes: Lanes
) -> tuple[dict[str, Value | Absent], list[Conflict]]:
    """What is still apart on a side after the other side's edits moved the record from `before`, and the conflicts.

    A path that moved to what the side holds is apart no more. One that moved elsewhere was changed by both: where only
    the other side's word counts the record stands, and the conflict is kept. Where both count by now, this side's edit
    is still to be merged (`observing.catch_up`); where neither does, each keeps its own.
    """
    still: dict[str, Value | Absent] = {}
    conflicts: list[Conflict] = []
    for path, base in apart.items():
        was, now, held = (_at(side, fields, path) for fields in (before, record, shadow))
        is_met = (
            was != now or _is_discounted_otherwise(path, before, record) or is_met_by(path, before, record)
        )
        if not is_met or (now != held and not _is_overruled(side, path, record, lanes)):
            still[path] = base
        elif now != held and path != LINE_ORDER:
            partner, xero = (held, now) if side is Side.PARTNER else (now, held)
            conflicts.append(Conflict(path, base, partner, xero, side.other))
    return still, conflicts


def _is_discounted_otherwise(path: str, before: Fields, record: Fields) -> bool:
    """Whether a line's discount is apart in one form, and the record was given the other: a line has one of them."""
    line, _, name = path.rpartition("/")
    others = [f"{line}/{other}" for other in DISCOUNTS if other != name] if name in DISCOUNTS else []
    return any(record.get(other) is not None and record.get(other) != before.get(other) for other in others)


def travels(side: Side, apart: Apart, record: Fields, lanes: Lanes) -> bool:
    """Whether any of what a side keeps for itself is carried by now, and so is to be merged."""
    return any(lanes.leads_to(side.other, _lane_of(path, record)) for path in apart)


def _is_overruled(side: Side, path: str, record: Fields, lanes: Lanes) -> bool:
    """Whether only the other side's word counts at a path."""
    return lanes.owner_of(_lane_of(path, record)) is side.other


def _lane_of(path: str, record: Fields) -> str:
    """By which path it travels: a field of a line that went goes as the line does."""
    group = group_of(path)
    is_gone = group is not None and not any(each.startswith(f"{group}/") for each in record)
    return group if is_gone and group else path


def leave_apart(
    side: Side, held: Fields, wanted: Fields, *, apart: Apart, conflicts: frozenset[str], lanes: Lanes
) -> dict[str, Value]:
    """What a side should hold: `wanted`, but at held conflicts, at what is apart and where nothing goes to it its own.

    A side that holds nothing yet gets the thing whole, but for what is withheld.
    """
    if lanes.are_open and not apart:
        return leave_held(held, wanted, conflicts)
    own = conflicts.union(apart) | _list_sums_of_words(held, apart)
    left = leave_held(held, offer(side, wanted, lanes, held), own)
    if held:
        left = _leave_closed(side, held, left, lanes)
    if LINE_ORDER in left and (LINE_ORDER in apart or (held and not lanes.leads_to(side, LINE_ORDER))):
        left[LINE_ORDER] = interleave(line_keys(held), line_keys(wanted), set(line_keys(left)))
    return left


def _list_sums_of_words(held: Fields, apart: Apart) -> set[str]:
    """What is taken off lines that a side left words alone by itself: it waits with their price."""
    worded = [path for path in apart if member_of(path) == "unit_price" and held.get(path, ABSENT) is None]
    return {f"{group_of(path)}/{name}" for path in worded for name in DISCOUNTS}


def offer(side: Side, wanted: Fields, lanes: Lanes, held: Fields = MappingProxyType({})) -> dict[str, Value]:
    """`wanted` without the values that are withheld from a side where it holds nothing of the thing, or of the line."""
    if lanes.are_open:
        return dict(wanted)
    return {
        path: _nothing_like(value) if _is_withheld(side, held, path, lanes) else value
        for path, value in wanted.items()
    }


def _nothing_like(value: Value) -> Value:
    """What stands where there is none: a list is empty, every other field None."""
    return [] if isinstance(value, list) else None


def _leave_closed(side: Side, held: Fields, wanted: Fields, lanes: Lanes) -> dict[str, Value]:
    """`wanted`, but the side's own fields and groups where nothing goes to it."""
    header, groups = grouped(wanted)
    held_header, held_groups = grouped(held)
    left = _choose(side, held_header, header, lanes)
    for group in [*groups, *(group for group in held_groups if group not in groups)]:
        ours, theirs = groups.get(group, {}), held_groups.get(group, {})
        if not lanes.leads_to(side, group):
            left |= theirs
        elif ours and theirs:
            left |= _choose(side, theirs, ours, lanes)
        else:
            left |= ours
    return left


def _choose(side: Side, held: Fields, wanted: Fields, lanes: Lanes) -> dict[str, Value]:
    chosen: dict[str, Value] = {}
    for path in dict.fromkeys([*wanted, *held]):
        put(chosen, path, (wanted if lanes.leads_to(side, path) else held).get(path, ABSENT))
    return chosen


def _is_withheld(side: Side, held: Fields, path: str, lanes: Lanes) -> bool:
    group = group_of(path)
    is_new = not held if group is None else not any(each.startswith(f"{group}/") for each in held)
    return is_new and lanes.is_withheld(side, path)


def _at(side: Side, fields: Fields, path: str) -> Any:
    """What stands at a path, of a group as that side can hold it."""
    if group_of(path) == path:
        members = {p: v for p, v in fields.items() if p.startswith(f"{path}/") and holds(side, p)}
        return {member_of(each): value for each, value in members.items()} or ABSENT
    return (with_xeros_number(fields) if side is Side.XERO else fields).get(path, ABSENT)


def _members(base: Value | Absent) -> Mapping[str, Value]:
    return {} if isinstance(base, Absent) else base


def apart_to_json(apart: Apart) -> dict[str, Any]:
    """The paths with their bases; one whose base was not there has none."""
    return {path: {} if isinstance(base, Absent) else {"base": base} for path, base in apart.items()}


def apart_from_json(stored: Mapping[str, Any]) -> dict[str, Value | Absent]:
    """What `apart_to_json` wrote."""
    return {path: kept.get("base", ABSENT) for path, kept in stored.items()}
