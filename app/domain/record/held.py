"""What a side should hold while conflicts wait for a person: its own value at every held path, else the record's.

A held path is a field, or a whole line or payment. Where a field is held and its line has come or gone in the record,
the whole line is left alone: taking it away would take the held value with it. The order of the lines follows. Where
it is held how amounts are, lines keep their tax types, which follow from it (`basis`). Where a line's discount is held
in one form, by rate or by amount, so is the other: a side that got it beside its own would take off both.

After a decision over such a path was undone, the sides are brought back apart: each to the value of its own that it had
before (`Parted`), until it holds it or somebody edits it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from app.domain.record.basis import AMOUNTS_ARE, is_money_of_line, with_tax_types_of
from app.domain.record.fields import (
    DISCOUNTS,
    LINE_ORDER,
    Absent,
    Fields,
    Value,
    group_of,
    keys_of,
    line_keys,
    member_of,
)
from app.domain.record.line_order import interleave
from app.domain.record.path import is_group, read_at, write_at
from app.domain.record.sides import Side

Parted = Mapping[str, Mapping[Side, Value | Absent]]
"""By held path, what each side is to be brought back to; a side that is not named is left alone."""


def leave_held(holds: Fields, wanted: Fields, open_conflicts: Collection[str]) -> dict[str, Value]:
    """`wanted` with the side's own values (`holds`) at every held path."""
    left = dict(wanted)
    if AMOUNTS_ARE in open_conflicts:
        left = with_tax_types_of(left, holds)
    for conflict in {*open_conflicts, *_list_other_discounts(open_conflicts)}:
        group = group_of(conflict)
        is_whole = group is not None and (conflict == group or _has(holds, group) != _has(wanted, group))
        held = group if group is not None and is_whole else conflict
        for path in [path for path in left if covers(held, path)]:
            del left[path]
        left |= {path: value for path, value in holds.items() if covers(held, path)}
    if open_conflicts and LINE_ORDER in left:
        left[LINE_ORDER] = interleave(line_keys(wanted), line_keys(holds), set(keys_of(left, "lines")))
    return left


def _list_other_discounts(open_conflicts: Collection[str]) -> Iterator[str]:
    for path in open_conflicts:
        line, name = group_of(path), member_of(path)
        if line is not None and name in DISCOUNTS:
            yield from (f"{line}/{other}" for other in DISCOUNTS if other != name)


def put_back(holds: Fields, parted: Parted, side: Side) -> Fields:
    """What a side holds, with the values that it is to be brought back to."""
    for path, values in parted.items():
        if side in values:
            holds = write_at(holds, path, values[side])
    return holds


def without_edited(parted: Parted, side: Side, edited: Collection[str]) -> Parted:
    """`parted` without what a side was edited at since, nor what would mean another sum by that edit.

    A whole line that stays for that keeps its price, so the basis under which it stands stays with it.
    """
    if not parted or not edited:
        return parted
    stays = [path for path in parted if is_group(path) and _lies_in(path, edited)]
    is_of_money = any(map(is_money_of_line, (*edited, *stays)))
    with_money = AMOUNTS_ARE in edited or (AMOUNTS_ARE in parted and is_of_money)
    return {
        path: {
            other: value
            for other, value in values.items()
            if other is not side or not (_lies_in(path, edited) or (with_money and _is_money(path)))
        }
        for path, values in parted.items()
    }


def _is_money(path: str) -> bool:
    return path == AMOUNTS_ARE or is_money_of_line(path)


def with_a_sides_value(record: Fields, path: str, holds: Mapping[Side, Fields]) -> Fields:
    """A held field's record is what one of the sides holds, so that no edit meets what nobody shows."""
    held = {side: read_at(fields, path) for side, fields in holds.items()}
    if is_group(path) or read_at(record, path) in held.values():
        return record
    return write_at(record, path, held[Side.PARTNER])


def list_gone(open_conflicts: Collection[str], base: Fields, seen: Fields) -> frozenset[str]:
    """The held fields of a line, payment or credit that a side took away (`base` and `seen` are what it held)."""
    groups = {path: group for path in open_conflicts if (group := group_of(path)) not in (None, path)}
    return frozenset(path for path, group in groups.items() if _has(base, group) and not _has(seen, group))


def _lies_in(held: str, paths: Iterable[str]) -> bool:
    return any(covers(held, path) for path in paths)


def covers(held: str, path: str) -> bool:
    """Whether a held path (a field or a whole group) keeps its hand on another path."""
    return path == held or path.startswith(f"{held}/")


def _has(fields: Fields, group: str) -> bool:
    return any(path.startswith(f"{group}/") for path in fields)
