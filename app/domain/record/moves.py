"""Moves: what differs between what a side holds and what it should hold, path by path, and how they are made."""

from collections.abc import Collection, Iterable, Mapping

from app.domain.record.fields import ABSENT, Absent, Fields, Value, differing, group_of

Move = tuple[Value | Absent, Value | Absent]
"""What a path holds, and what it should hold."""


def list_moves(holds: Fields, wanted: Fields, unsure: Collection[str] = ()) -> dict[str, Move]:
    """The moves from one to the other; the `unsure` paths are named even where the two are equal."""
    return list_moves_at(sorted({*differing(holds, wanted), *unsure}), holds, wanted)


def list_moves_at(paths: Iterable[str], holds: Fields, wanted: Fields) -> dict[str, Move]:
    """The moves at these paths, whether the two differ there or not."""
    return {path: (holds.get(path, ABSENT), wanted.get(path, ABSENT)) for path in paths}


def list_moves_arrived(held: Fields, tried: Fields, seen: Fields) -> dict[str, Move]:
    """The moves of a write that was not answered, where what was seen shows that it had arrived; else none."""
    moves = list_moves(held, tried)
    return moves if any(seen.get(path, ABSENT) == after for path, (_, after) in moves.items()) else {}


def apply_moves(fields: Fields, moves: Mapping[str, Move]) -> dict[str, Value]:
    """The fields after those moves."""
    moved = dict(fields)
    for path, (_, after) in moves.items():
        put(moved, path, after)
    return moved


def landed(base: Fields, tried: Fields, seen: Fields, *, was_sent: bool = True) -> dict[str, Value]:
    """`base` with what of an unanswered write is found in what was seen: it was ours, and not a person's.

    A number that was left out is Xero's to give: what it gave is its edit, and no conflict with ours. A line that was
    not there before is there by our write, so that all of it was, if that write `was_sent`; else an earlier one brought
    it, of which nothing is known.
    """
    brought = list_groups(tried) & list_groups(seen) - list_groups(base) if was_sent else set[str]()
    found = dict(base)
    for path in {*tried, *base}:
        wanted = tried.get(path, ABSENT)
        is_ours = (path == "number" and wanted is None) or group_of(path) in brought
        if is_ours or seen.get(path, ABSENT) == wanted:
            put(found, path, wanted)
    return found


def list_groups(fields: Fields) -> set[str]:
    """The lines, payments and credits that are there, as `lines/l1`."""
    return {group for path in fields if (group := group_of(path)) is not None}


def put(fields: dict[str, Value], path: str, value: Value | Absent) -> None:
    """Set a path, or take it away."""
    if isinstance(value, Absent):
        fields.pop(path, None)
    else:
        fields[path] = value
