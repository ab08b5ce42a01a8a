"""A stake of a decision: one path, the value that it is to have, and what both sides held there when it was decided.

Some paths say one fact together (`coupling`): a discount by rate and by amount, a category and its account. Deciding
one of them moves the others along. So a stake notes those too, and an edit of one of them that nobody had seen is not
gone over in silence (`list_edited_beside`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.record.coupling import list_said_with
from app.domain.record.fields import Absent, Fields, Value
from app.domain.record.held import covers
from app.domain.record.hub import Hub, hold_of, partner_view
from app.domain.record.path import OPTIONAL, is_group, read_at, same_at
from app.domain.record.sides import XERO_NUMBER, Side


@dataclass(frozen=True, slots=True)
class Stake:
    """One path of a decision: the value that it is to have, and what stood there when the person decided.

    `seen` has the sides that can hold the path. `ours` are values that a side may have come to hold since by our own
    doing: what was on its way to it then, and what was decided before and not carried out yet. `was_apart`: the two
    sides differed, and nothing was on its way to change that. `beside` are the paths that a decision of this one moves
    along, each with what the record said of it then as its value.
    """

    path: str
    value: Value | Absent
    seen: Mapping[Side, Value | Absent]
    ours: tuple[Value | Absent, ...] = ()
    was_apart: bool = False
    beside: tuple["Stake", ...] = ()

    def has_moved(self, side: Side, now: Value | Absent) -> bool:
        """Whether somebody edited that side since: it holds what it neither held then nor got from us."""
        known = (self.seen[side], *(self.would_hold(side, each) for each in (self.value, *self.ours)))
        return not any(same_at(self.path, now, each) for each in known)

    def was_met(self, side: Side, now: Value | Absent) -> bool:
        """Whether somebody gave that side the decided value since, which it neither held then nor got from us."""
        known = (self.seen[side], *(self.would_hold(side, each) for each in self.ours))
        is_decided = same_at(self.path, now, self.would_hold(side, self.value))
        return is_decided and not any(same_at(self.path, now, each) for each in known)

    def would_hold(self, side: Side, value: Value | Absent) -> Value | Absent:
        """What that side comes to by a value: of a line in the other side's words it keeps its own."""
        seen = self.seen[side]
        if not is_group(self.path) or isinstance(seen, Absent) or isinstance(value, Absent):
            return value
        return {name: seen[name] for name in seen if name not in OPTIONAL} | value

    def followed(self, side: Side) -> bool:
        """Whether the decided value is what that side held."""
        return same_at(self.path, self.seen[side], self.value)


def sides_of(hub: Hub, path: str) -> tuple[Side, ...]:
    """The sides that can hold a path; a number that the two sides do not share is the partner's."""
    if is_group(path):
        return tuple(Side)
    if path == "number" and XERO_NUMBER in hub.record:
        return (Side.PARTNER,)
    return tuple(side for side in Side if hub.kind.project(side, {path: None}))


def look(
    hub: Hub,
    path: str,
    value: Value | Absent,
    *,
    decided_before: Sequence[Value | Absent] = (),
    is_unexplained: bool = False,
) -> Stake:
    """The stake of a decision that is taken now; `is_unexplained`: over a difference of which nothing is due."""
    was_apart = is_unexplained or is_apart(hub, path)
    ours = (*_list_on_the_way(hub, path, is_due=not was_apart), *decided_before)
    return Stake(path, value, _list_seen(hub, path), ours, was_apart, _look_beside(hub, path))


def _list_seen(hub: Hub, path: str) -> dict[Side, Value | Absent]:
    return {side: read_at(hold_of(hub, side), path) for side in sides_of(hub, path)}


def _look_beside(hub: Hub, path: str) -> tuple[Stake, ...]:
    return tuple(
        Stake(
            other,
            read_at(hub.record, other),
            _list_seen(hub, other),
            tuple(_list_on_the_way(hub, other, is_due=False)),
        )
        for other in list_said_with(path)
    )


def is_apart(hub: Hub, path: str) -> bool:
    """Whether the two sides are left with their own values at a path: a conflict is open, or it did not travel."""
    return any(meets(each, path) for each in (*hub.open_conflicts, *hub.partner_apart, *hub.xero_apart))


def meets(one: str, other: str) -> bool:
    """Whether two paths are the same, or one of them is the whole group of the other."""
    return covers(one, other) or covers(other, one)


def _list_on_the_way(hub: Hub, path: str, *, is_due: bool) -> list[Value | Absent]:
    """What a side may yet come to hold of what we sent, or are about to send."""
    # A change that was refused may be taken for applied, where a copy of it is answered after a later one.
    coming = [partner_view(hub, revision) for revision in (*hub.sent, *hub.refused)]
    if hub.unanswered is not None:
        coming.append(dict(hub.unanswered))
    if is_due:
        coming.append(dict(hub.record))
    return [read_at(fields, path) for fields in coming]


def list_edited_beside(hub: Hub, stakes: Sequence[Stake], after: Hub) -> list[str]:
    """What somebody edited since these stakes were looked at, and what would be gone by `after`, though it is none."""
    decided = {stake.path for stake in stakes} | after.open_conflicts
    beside = [each for stake in stakes for each in stake.beside if each.path not in decided]
    return sorted({each.path for each in beside if _is_gone(hub, each, after.record)})


def _is_gone(hub: Hub, beside: Stake, wanted: Fields) -> bool:
    to, held = wanted.get(beside.path), {side: hold_of(hub, side).get(beside.path) for side in beside.seen}
    is_moved = to != hub.record.get(beside.path)
    return is_moved and any(value != to and _is_new(beside, side, value) for side, value in held.items())


def _is_new(beside: Stake, side: Side, now: Value) -> bool:
    """Whether somebody put a value there since; of a word and a discount, none is as much as none is there."""
    known = (beside.seen[side], beside.value, *beside.ours)
    return now not in [None if isinstance(each, Absent) else each for each in known]
