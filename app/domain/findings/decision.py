"""What a person decided about a conflict or a difference, carried out on a hub: a pure function of it.

The decided value becomes the record's, the open conflict at its path ends, and the ordinary plan brings both sides to
it. What happened between the person's look and this moment is met by the ordinary merge: a side that held the decided
value then is followed if it moved on, and against any other side the decided value counts as the edit of its opposite.
Where both moved, that is a conflict like any: settled by the policy or held, and kept.

    a side, since the person looked           what it comes to
    ---------------------------------------   --------------------------------------------------
    holds what it held, or what we brought    the decided value is taken
    held the decided value, and moved on      its newer value is taken in the decided one's place
    moved to the decided value                they agree
    moved to another value                    a conflict between the two

How amounts are and the lines that wait with it are decided together, by one side (`basis`): once they would not be,
the decision is overtaken (`is_torn`). So is it where it would go over what somebody edited since beside its path: in a
discount's other form, or in another word for the same fact (`Carried.edited`). A decision goes where edits go: what
would have to be brought to a side by a direction that is closed is not possible (`find_closed`). What the sides kept
for themselves at its path is decided with it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.findings.stake import Stake, list_edited_beside, meets, sides_of
from app.domain.record.basis import AMOUNTS_ARE, list_decided_together, list_meant_with, list_revalued
from app.domain.record.direction import Lanes
from app.domain.record.fields import (
    ABSENT,
    LINE_ORDER,
    Absent,
    Fields,
    Value,
    differing,
    group_of,
    keys_of,
    line_keys,
)
from app.domain.record.held import covers
from app.domain.record.hub import Hub, hold_of, pair_of, settle_parted
from app.domain.record.line_order import interleave
from app.domain.record.merge import Conflict
from app.domain.record.moves import Move, list_moves, list_moves_at
from app.domain.record.observing import Rules
from app.domain.record.path import is_group, read_at, same_at, write_at
from app.domain.record.sides import Side
from app.domain.record.together import bring_along


@dataclass(frozen=True, slots=True)
class Carried:
    """The hub after a decision, the conflicts that it met, and what moved in the record.

    Beside that, `moves` names what the decision was meant with and left as it was (`basis`), from a value to the same.
    `edited` is what it would go over though nobody who decided had seen it: then nothing of it is to be done. `agreed`
    are the paths to which somebody gave the decided value too since the person looked.
    """

    hub: Hub
    conflicts: tuple[Conflict, ...] = ()
    moves: Mapping[str, Move] = field(default_factory=dict)
    edited: Sequence[str] = ()
    agreed: Sequence[str] = ()


def find_closed(
    hub: Hub, wanted: Mapping[str, Mapping[Side, Value | Absent]], lanes: Lanes
) -> list[tuple[str, Side]]:
    """The paths, each with its side, to which these values would have to be brought and do not travel."""
    return [
        (closed, side)
        for path, values in wanted.items()
        for side, value in values.items()
        if (holds := hold_of(hub, side))
        and (closed := _find_closed(path, read_at(holds, path), value, side, lanes)) is not None
    ]


def _find_closed(
    path: str, held: Value | Absent, value: Value | Absent, side: Side, lanes: Lanes
) -> str | None:
    if same_at(path, held, value):
        return None
    if not is_group(path) or isinstance(held, Absent) or isinstance(value, Absent):
        return None if lanes.leads_to(side, path) else path
    members = [f"{path}/{name}" for name in sorted(held.keys() & value.keys()) if held[name] != value[name]]
    return next((member for member in members if not lanes.leads_to(side, member)), None)


def wanted_by(stakes: Sequence[Stake]) -> dict[str, dict[Side, Value | Absent]]:
    """What a decision would have each side hold, by path."""
    return {stake.path: dict.fromkeys(stake.seen, stake.value) for stake in stakes}


def say_closed(closed: Sequence[tuple[str, Side]]) -> str:
    """Why that cannot be, and what to do, in words."""
    path, side = closed[0]
    where = "Xero" if side is Side.XERO else "the app"
    return (
        f"Edits of {path} do not travel to {where}: open that direction in the settings, or decide otherwise."
    )


def find_gone(hub: Hub, stakes: Sequence[Stake]) -> list[str]:
    """The decided fields of lines that the record does not have any more."""
    groups = {group_of(path) for path in hub.record}
    return [
        stake.path
        for stake in stakes
        if not is_group(stake.path) and (group := group_of(stake.path)) is not None and group not in groups
    ]


def is_torn(hub: Hub, stakes: Sequence[Stake]) -> bool:
    """Whether what is decided together (`basis`) would not be: since the person looked, more waits with it, somebody
    edited some of it, or another decision brought money that was said under the other basis.
    """
    together, decided = list_decided_together(hub.open_conflicts), {stake.path for stake in stakes}
    if together & decided and not together <= decided:
        return True
    if len(stakes) < 2 or AMOUNTS_ARE not in decided:
        return False
    return any(_was_edited(hub, stake) for stake in stakes) or not _list_unsaid(hub, stakes) <= decided


def _list_unsaid(hub: Hub, stakes: Sequence[Stake]) -> set[str]:
    """The lines of which the side whose basis is taken never said the money that the record has: all of them, where
    neither side is known to have that basis any more.
    """
    basis = next(stake.value for stake in stakes if stake.path == AMOUNTS_ARE)
    if hub.record.get(AMOUNTS_ARE) == basis:
        return set()
    pairs = [pair_of(hub, side) for side in Side]
    takers = [pair for pair in pairs if pair[0].get(AMOUNTS_ARE) == basis] or [({}, hub.record)]
    return {line for held, wanted in takers for line in list_revalued(held, wanted)}


def _was_edited(hub: Hub, stake: Stake) -> bool:
    return any(stake.has_moved(side, read_at(hold_of(hub, side), stake.path)) for side in stake.seen)


def carry_out(
    hub: Hub, stakes: Sequence[Stake], *, rules: Rules, at: datetime, moved_at: Mapping[Side, datetime]
) -> Carried:
    """The hub with the decided values; `at` is when it was decided, `moved_at` when each side last moved."""
    carried = hub
    conflicts: list[Conflict] = []
    for stake in stakes:
        met = _Meeting(hub, stake, rules, at, moved_at)
        value = met.meet()
        conflicts += met.conflicts
        carried = _take(carried, stake.path, value, is_held=met.is_held)
    record = _coupled(hub, carried.record, stakes, rules, at)
    moves = list_moves(hub.record, record)
    carried = replace(carried, record=record, revision=hub.revision + bool(moves))
    carried, along = bring_along(carried)
    moves |= _list_beside(hub.record, record, {*moves, *(stake.path for stake in stakes)})
    edited = list_edited_beside(hub, stakes, carried)
    agreed = [
        stake.path
        for stake in stakes
        if any(stake.was_met(side, _held(hub, side, stake)) for side in stake.seen)
    ]
    return Carried(settle_parted(carried), (*conflicts, *along), moves, edited, agreed)


def _held(hub: Hub, side: Side, stake: Stake) -> Value | Absent:
    return read_at(hold_of(hub, side), stake.path)


def _list_beside(before: Fields, record: Fields, decided: Collection[str]) -> dict[str, Move]:
    """What these paths mean nothing without, as it stands: beside the basis the money of all lines, and the other way.

    So whoever takes the decision back knows whether that was edited since (`undo`).
    """
    members = {f"{path}/unit_price" if is_group(path) else path for path in decided}
    # A line that is gone by the decision would come back with its price.
    whole = {**before, **record, **dict.fromkeys(members)}
    beside = list_meant_with(members, whole, whole) - set(decided)
    return list_moves_at(sorted(beside), record, record)


class _Meeting:
    """One stake against what the sides hold now."""

    def __init__(
        self, hub: Hub, stake: Stake, rules: Rules, at: datetime, moved_at: Mapping[Side, datetime]
    ) -> None:
        self.now = {side: read_at(hold_of(hub, side), stake.path) for side in stake.seen}
        self.stake, self.rules, self.at, self.moved_at = stake, rules, at, moved_at
        self.conflicts: list[Conflict] = []
        self.is_held = False

    def meet(self) -> Value | Absent:
        """The value that the path comes to, unless it `is_held`."""
        moved = [side for side in self.stake.seen if self.stake.has_moved(side, self.now[side])]
        lead = next((side for side in moved if self.stake.followed(side)), None)
        value = self.stake.value if lead is None else self.now[lead]
        for side in moved:
            to = self.stake.would_hold(side, value)
            if side is not lead and not same_at(self.stake.path, self.now[side], to):
                value = self._settle(side, value)
        return value

    def _settle(self, side: Side, value: Value | Absent) -> Value | Absent:
        theirs, path = self.now[side], self.stake.path
        partner, xero = (theirs, value) if side is Side.PARTNER else (value, theirs)
        policy = self.rules.winner_of(side.other, self.at, self.moved_at[side])
        winner = self.rules.lanes.owner_of(path) or policy(path)
        self.conflicts.append(Conflict(path, self.stake.seen[side], partner, xero, winner))
        self.is_held |= winner is None
        return theirs if winner is side else value


def _take(hub: Hub, path: str, value: Value | Absent, *, is_held: bool) -> Hub:
    """The path is decided; held by a new conflict, the record stays as it is and the path stays open."""
    if is_held:
        return replace(hub, open_conflicts=hub.open_conflicts | {path})
    return replace(
        hub,
        record=_write_record(hub, path, value),
        open_conflicts=frozenset(each for each in hub.open_conflicts if not meets(each, path)),
        parted={each: values for each, values in hub.parted.items() if not meets(each, path)},
        partner_apart={each: base for each, base in hub.partner_apart.items() if not meets(each, path)},
        xero_apart={each: base for each, base in hub.xero_apart.items() if not meets(each, path)},
    )


def _write_record(hub: Hub, path: str, value: Value | Absent) -> dict[str, Value]:
    """A group of one side's members keeps those that only the other side has."""
    if not is_group(path) or isinstance(value, Absent):
        return write_at(hub.record, path, value)
    held = read_at(hub.record, path)
    kept = (
        {} if isinstance(held, Absent) else {name: each for name, each in held.items() if name not in value}
    )
    written = write_at(hub.record, path, {**_foreign(hub, path, kept, value), **value})
    if LINE_ORDER in written:
        sides = [hold_of(hub, side) for side in Side]
        follow = next((fields for fields in sides if read_at(fields, path) is not ABSENT), hub.record)
        written[LINE_ORDER] = interleave(
            line_keys(hub.record), line_keys(follow), set(keys_of(written, "lines"))
        )
    return written


def _foreign(hub: Hub, group: str, kept: Mapping[str, Value], value: Mapping[str, Value]) -> dict[str, Value]:
    """Of what the record has of a group, that which the side of the value cannot hold."""
    side = Side.XERO if all(_holds(hub, Side.XERO, group, name) for name in value) else Side.PARTNER
    return {name: each for name, each in kept.items() if not _holds(hub, side, group, name)}


def _holds(hub: Hub, side: Side, group: str, name: str) -> bool:
    return side in sides_of(hub, f"{group}/{name}")


def _coupled(
    hub: Hub, record: Fields, stakes: Sequence[Stake], rules: Rules, at: datetime
) -> dict[str, Value]:
    """The record with the words of the side that did not speak moved along."""
    coupled = dict(record)
    for side in _speakers(hub, record, stakes):
        coupled = hub.kind.couple(side, hub.record, coupled, rules.vocabulary, at)
    return coupled


def _speakers(hub: Hub, record: Fields, stakes: Sequence[Stake]) -> list[Side]:
    """Whose words the decided values are: the one side that can hold such a path, else the one that held the value."""
    spoken = {_speaker(hub, path, stakes) for path in differing(hub.record, record) if path != LINE_ORDER}
    return [side for side in Side if side in spoken]


def _speaker(hub: Hub, path: str, stakes: Sequence[Stake]) -> Side:
    sides = sides_of(hub, path)
    if len(sides) == 1:
        return sides[0]
    stake = next((each for each in stakes if covers(each.path, path)), None)
    holds_it = stake is not None and Side.XERO in stake.seen and stake.followed(Side.XERO)
    return Side.XERO if holds_it else Side.PARTNER
