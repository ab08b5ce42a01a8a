"""A person's edit in a history, and what became of it: every edit is accounted for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.record.coupling import XERO_WORD
from app.domain.record.fields import group_of
from app.domain.record.hub import Hub
from app.domain.record.merge import Conflict
from app.domain.record.moves import list_groups
from app.domain.record.path import is_group
from app.domain.record.sides import Side


def list_values(value: object) -> set[object]:
    """A field's value, or the values of a line's members, as text."""
    return set(map(_as_one, value.values())) if isinstance(value, dict) else {_as_one(value)}


def _as_one(value: object) -> str:
    """As text; a word of Xero's as Xero says it, whoever said it."""
    return str(value).removeprefix(XERO_WORD)


@dataclass
class Edit:
    """A person's edit: what stood there when it was made, and what was put there (None: a line was removed)."""

    path: str
    over: object
    value: object


def find_lost(
    edits: Sequence[Edit], record: Mapping[str, object], conflicts: Sequence[Conflict], excused: set[object]
) -> str | None:
    """The first edit that nobody can account for."""
    replaced = {_as_one(edit.over) for edit in edits}
    known = set(excused)
    for conflict in conflicts:
        for value in (conflict.base, conflict.partner, conflict.xero):
            known |= list_values(value)
    accounted = known | replaced | set(map(_as_one, record.values()))
    for edit in edits:
        if edit.value is None or _as_one(edit.value) in accounted:
            continue
        return f"lost {edit}: record {record}, conflicts {conflicts}, excused {excused}"
    return None


def find_false(conflicts: Sequence[Conflict], makers: Mapping[object, Side]) -> str | None:
    """The first conflict over a field in which a side is said to have set what only the other side ever set."""
    for conflict in conflicts:
        for side, value in ((Side.PARTNER, conflict.partner), (Side.XERO, conflict.xero)):
            if isinstance(value, str) and makers.get(value, side) is not side:
                return f"false conflict {conflict}: the {side} side never set {value}"
    return None


def find_undecidable(hub: Hub) -> str | None:
    """The first held field whose line is gone from the record: nobody could decide it any more."""
    there = {None, *list_groups(hub.record)}
    for path in sorted(hub.open_conflicts):
        if not is_group(path) and group_of(path) not in there:
            return f"undecidable {path}: record {hub.record}"
    return None
