"""The three-way merge of one side's edits into the record, field by field.

`base` is what this side was known to hold, `seen` what it holds now, `record` what both should show (it may carry
edits of the other side). For a single field and for a whole group (a line, a payment) there is one table:

    this side (base -> seen)   other side (base -> record)   outcome
    ------------------------   ---------------------------   -----------------------------------------
    unchanged                  anything                      the record stays                 UNCHANGED
    changed, added or gone     unchanged                     this side's value is taken       TAKEN
    changed, added or gone     the same                      they agree                       AGREED
    both there, different      both there, different         group: field by field            (recursive)
                                                             field: conflict                  CONFLICT
    gone                       changed                       conflict over the whole group    CONFLICT
    changed                    gone                          conflict over the whole group    CONFLICT
    gave a line a discount     gave it a discount            conflict over the whole group    CONFLICT
    by rate                    by amount (or the other way)
    left a line words alone    changed its money, or how    conflict over the whole group    CONFLICT
    (or the other way)         it is booked
    said otherwise how         changed money of a line       conflict of `amounts_are` and    CONFLICT
    amounts are                (or the other way)            of the lines' money (`basis`)

A conflict is settled by the policy and kept with base and both values, or held: then the record stays as it is and the
path is left alone on both sides until a person decides.

An edit that does not travel, by the connection's directions (`direction`), is not taken: its path goes apart, with what
`base` held there. Where the record changed too and goes to this side all the same, it is a conflict, and the record
stays; where it does not, each side keeps its own.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.record.basis import (
    AMOUNTS,
    AMOUNTS_ARE,
    ANY_PRICE,
    BOOKED_UNDER,
    NO_TAX,
    Dispute,
    find_dispute,
    with_tax_types_of,
)
from app.domain.record.direction import OPEN, Direction, Lanes
from app.domain.record.fields import (
    ABSENT,
    DISCOUNTS,
    LINE_ORDER,
    Absent,
    Fields,
    Value,
    differing,
    grouped,
    is_given,
    line_keys,
    member_of,
)
from app.domain.record.line_order import merge_order
from app.domain.record.moves import put
from app.domain.record.sides import Side, holds

WinnerOf = Callable[[str], Side | None]


class Outcome(StrEnum):
    """The rows of the table above."""

    UNCHANGED = "unchanged"
    TAKEN = "taken"
    AGREED = "agreed"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Conflict:
    """The same thing changed on both sides to different values since each last agreed.

    `path` is a field, or a group: one side removed what the other changed, or they discounted a line in two ways, or a
    line goes with the basis of amounts. A value that is not there is ABSENT; a group's value is its members by name.
    `winner` is None while the conflict is held for a person. `decided_at` is the path whose policy or direction
    decided, where it is another.
    """

    path: str
    base: Value | Absent
    partner: Value | Absent
    xero: Value | Absent
    winner: Side | None
    decided_at: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """The new record and the conflicts met on the way to it.

    `apart` are the paths of fields and groups at which this side holds what was not taken, with their base values.
    """

    record: dict[str, Value]
    conflicts: tuple[Conflict, ...]
    apart: dict[str, Value | Absent] = field(default_factory=dict)


def decide(base: object, record: object, seen: object) -> Outcome:
    """One row of the table, for one field or one whole group (ABSENT or {} when it is not there)."""
    if seen == base:
        return Outcome.UNCHANGED
    if record == base:
        return Outcome.TAKEN
    if record == seen:
        return Outcome.AGREED
    return Outcome.CONFLICT


def merge(
    side: Side,
    *,
    base: Fields,
    seen: Fields,
    record: Fields,
    winner_of: WinnerOf,
    lanes: Lanes = OPEN,
    open_conflicts: Collection[str] = (),
) -> Merged:
    """Merge what `side` did between `base` and `seen` into `record`; `winner_of` answers for each conflict's path.

    A group among the `open_conflicts` is one thing until a person has decided: an edit of a field is an edit of all.
    """
    if base == seen and _is_in_order(record, base):
        return Merged(dict(record), ())
    merging = _Merging(side, dict(record), winner_of, lanes, open_conflicts)
    base_header, base_groups = grouped(base)
    seen_header, _ = grouped(seen)
    disputed = merging.look_for_dispute(base, seen)
    merging.merge_fields(base_header, seen_header)
    _, seen_groups = grouped(merging.without_taxes_that_follow(base, seen))
    for group in sorted({*base_groups, *seen_groups, *disputed}):
        merging.merge_group(group, base_groups.get(group, {}), seen_groups.get(group, {}))
    merging.merge_line_order(base, seen)
    return Merged(merging.record, tuple(merging.conflicts), merging.apart)


def _is_in_order(record: Fields, base: Fields) -> bool:
    """Whether the record's order names its lines: then a side that did nothing changes nothing."""
    return record[LINE_ORDER] == line_keys(record) if LINE_ORDER in record else LINE_ORDER not in base


class _Merging:
    """The state of one merge: the record as it grows, its conflicts, and what is not taken."""

    def __init__(
        self,
        side: Side,
        record: dict[str, Value],
        winner_of: WinnerOf,
        lanes: Lanes,
        open_conflicts: Collection[str],
    ) -> None:
        self.side = side
        self.before = dict(record)
        self.record = record
        self.conflicts: list[Conflict] = []
        self.apart: dict[str, Value | Absent] = {}
        self._winner_of = winner_of
        self._lanes = lanes
        self._open_conflicts = open_conflicts
        _, self._record_groups = grouped(self.before)
        self._dispute: Dispute | None = None

    def look_for_dispute(self, base: Fields, seen: Fields) -> frozenset[str]:
        """Find what the sides dispute about how amounts are, and answer the lines of it."""
        is_quiet = len({each.get(AMOUNTS_ARE) for each in (base, seen, self.before)}) == 1
        if is_quiet and AMOUNTS_ARE not in self._open_conflicts:
            return frozenset()
        if self._lanes.direction_at(ANY_PRICE) is not Direction.OFF:
            record = {path: value for path, value in self.before.items() if holds(self.side, path)}
            self._dispute = find_dispute(base, seen, record, self._open_conflicts)
        return self._dispute.lines if self._dispute else frozenset()

    def merge_fields(self, base: Mapping[str, Value], seen: Mapping[str, Value]) -> None:
        for path in sorted({*base, *seen} - {LINE_ORDER}):
            self._merge_field(path, base.get(path, ABSENT), seen.get(path, ABSENT))

    def _merge_field(self, path: str, base: Value | Absent, seen: Value | Absent) -> None:
        held = self.record.get(path, ABSENT)
        outcome = Outcome.CONFLICT if self._is_disputed(path) else decide(base, held, seen)
        if self._stays_apart(path, outcome):
            self.apart[path] = base
        elif outcome is Outcome.TAKEN or (
            outcome is Outcome.CONFLICT and self._settle(path, base, held, seen) is self.side
        ):
            put(self.record, path, seen)

    def without_taxes_that_follow(self, base: Fields, seen: Fields) -> Fields:
        """What is seen of lines, once the basis is merged: their taxes follow from no `no_tax` that lost, or waits."""
        conflict = next((each for each in self.conflicts if each.path == AMOUNTS_ARE), None)
        if conflict is None:
            return seen
        if self.before.get(AMOUNTS_ARE) == NO_TAX and conflict.winner is not self.side.other:
            self.record = with_tax_types_of(self.record, base)
            _, self._record_groups = grouped(with_tax_types_of(self.before, base))
        is_lost = seen.get(AMOUNTS_ARE) == NO_TAX and conflict.winner is not self.side
        return with_tax_types_of(seen, base) if is_lost else seen

    def merge_group(self, group: str, base: dict[str, Value], seen: dict[str, Value]) -> None:
        held = {p: v for p, v in self._record_groups.get(group, {}).items() if holds(self.side, p)}
        if self._is_disputed(group) and held != seen:
            self._merge_disputed(group, base, held, seen)
            return
        outcome = decide(base, held, seen)
        is_edited = outcome in (Outcome.TAKEN, Outcome.CONFLICT) and bool(base and held and seen)
        is_by_field = (outcome is Outcome.CONFLICT and held and seen) or (
            is_edited and not self._lanes.are_open
        )
        if is_by_field and not self._is_whole(group, base, held, seen):
            self.merge_fields(base, seen)
        elif self._stays_apart(group, outcome):
            self.apart[group] = _by_name(base)
        elif outcome is Outcome.TAKEN or (
            outcome is Outcome.CONFLICT
            and self._settle(group, _by_name(base), _by_name(held), _by_name(seen)) is self.side
        ):
            self._replace_group(group, seen)

    def _merge_disputed(
        self, group: str, base: dict[str, Value], held: dict[str, Value], seen: dict[str, Value]
    ) -> None:
        """What the line comes to goes with the basis, whatever else was edited in it by field; or all of it waits."""
        winner = self._settle(group, _by_name(base), _by_name(held), _by_name(seen))
        if winner is None or self._dispute is None:
            return
        is_won = winner is self.side
        if not (base and held and seen) or self._is_otherwise(group, base, held, seen):
            if is_won:
                self._replace_group(group, seen)
            return
        amounts: set[str] = set()
        if group in (self._dispute.theirs if is_won else self._dispute.own):
            amounts = {path for path in {*base, *held, *seen} if member_of(path) in AMOUNTS}
        for path in amounts if is_won else ():
            put(self.record, path, seen.get(path, ABSENT))
        self.merge_fields(*({p: v for p, v in each.items() if p not in amounts} for each in (base, seen)))

    def _is_otherwise(self, group: str, base: Fields, held: Fields, seen: Fields) -> bool:
        """Whether the line is words alone on one side only, or discounted in two ways: it cannot be both in part."""
        price = f"{group}/unit_price"
        is_words = (held.get(price, ABSENT) is None) != (seen.get(price, ABSENT) is None)
        return is_words or self._is_discounted_twice(group, base, held, seen)

    def _is_whole(self, group: str, base: Fields, held: Fields, seen: Fields) -> bool:
        """Whether a conflict is over a group that both sides have: one that is open, or a line that is one thing."""
        return (
            group in self._open_conflicts
            or self._is_discounted_twice(group, base, held, seen)
            or self._is_words_here_and_money_there(group, base, held, seen)
        )

    def _is_words_here_and_money_there(self, group: str, base: Fields, held: Fields, seen: Fields) -> bool:
        """Whether one side took a line's price away and the other changed what goes with it: sums, account or item."""
        price = f"{group}/unit_price"
        if base.get(price) is None or (held.get(price) is None) == (seen.get(price) is None):
            return False
        priced = seen if held.get(price) is None else held
        changed = {member_of(path) for path in differing(base, priced)}
        travels = self._carries(price) or self._lanes.leads_to(self.side, price)
        return travels and not changed.isdisjoint(AMOUNTS | BOOKED_UNDER)

    def _is_discounted_twice(self, group: str, base: Fields, held: Fields, seen: Fields) -> bool:
        """Whether the sides gave a line one a rate and the other an amount: two fields, of which a line has one."""
        rate, amount = (f"{group}/{name}" for name in DISCOUNTS)
        return any(
            is_given(base, seen, own)
            and is_given(base, held, others)
            and (self._carries(own) or self._lanes.leads_to(self.side, others))
            for own, others in ((rate, amount), (amount, rate))
        )

    def merge_line_order(self, base: Fields, seen: Fields) -> None:
        if LINE_ORDER not in {**base, **seen, **self.record}:
            return
        if not self._carries(LINE_ORDER):
            if base.get(LINE_ORDER) != seen.get(LINE_ORDER):
                self.apart[LINE_ORDER] = base.get(LINE_ORDER, ABSENT)
            return
        wins = self._winner_at(LINE_ORDER) is self.side
        self.record[LINE_ORDER] = merge_order(base, seen, self.before, self.record, seen_wins=wins)

    def _carries(self, path: str) -> bool:
        """Whether this side's edits of a path travel."""
        return self._lanes.leads_to(self.side.other, path)

    def _stays_apart(self, path: str, outcome: Outcome) -> bool:
        """Whether this side keeps for itself what it holds at a path."""
        if outcome not in (Outcome.TAKEN, Outcome.CONFLICT) or self._carries(path):
            return False
        return outcome is Outcome.TAKEN or not self._lanes.leads_to(self.side, path)

    def _is_disputed(self, path: str) -> bool:
        return self._dispute is not None and self._dispute.covers(path)

    def _decider_at(self, path: str) -> str:
        """The path whose policy or direction decides: what is in dispute is decided as the basis is."""
        if not self._is_disputed(path):
            return path
        # Where lines alone travel one way, the other side's word cannot stand in them, whoever says the basis.
        is_by_lines = (
            self._lanes.owner_of(AMOUNTS_ARE) is None and self._lanes.owner_of(ANY_PRICE) is not None
        )
        return ANY_PRICE if is_by_lines else AMOUNTS_ARE

    def _winner_at(self, path: str) -> Side | None:
        if self._dispute is not None and self._dispute.waits and self._is_disputed(path):
            return None
        decider = self._decider_at(path)
        return self._lanes.owner_of(decider) or self._winner_of(decider)

    def _settle(
        self, path: str, base: Value | Absent, held: Value | Absent, seen: Value | Absent
    ) -> Side | None:
        winner = self._winner_at(path)
        partner, xero = (seen, held) if self.side is Side.PARTNER else (held, seen)
        decider = self._decider_at(path)
        decided_at = None if decider == path else decider
        self.conflicts.append(Conflict(path, base, partner, xero, winner, decided_at))
        return winner

    def _replace_group(self, group: str, seen: dict[str, Value]) -> None:
        for path in list(self._record_groups.get(group, {})):
            if not seen or holds(self.side, path):
                del self.record[path]
        self.record.update(seen)


def _by_name(group: dict[str, Value]) -> dict[str, Value] | Absent:
    return {path.rpartition("/")[2]: value for path, value in group.items()} or ABSENT
