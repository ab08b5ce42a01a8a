"""A link's three values and the bookkeeping that keeps them honest while messages cross (DESIGN section 2).

The hub holds the record, what each side is known to hold (its shadow), and the changes sent to the partner that its
next document may or may not have seen. Four rules, each of which loses an edit when it is left out:

- a change to the partner names `before` and `after`, and the partner refuses it where it holds neither;
- the base of a partner's document is that side's *view*: its last document overlaid with the changes it has taken, up
  to the document's `based_on`; never the record of that revision, which may hold the partner's own later edits;
- every change that is sent has its own revision, also when the record did not move;
- a write to Xero whose answer was lost is remembered, and is ours when a later read finds it.

All functions are pure: they take a hub and answer the next one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.coupling import Vocabulary
from app.domain.fields import ABSENT, Absent, Fields, Value, differing
from app.domain.held import Apart, covers, leave_held, put_back, without_edited
from app.domain.kind import INVOICE, Kind
from app.domain.merge import Conflict, WinnerOf, merge
from app.domain.path import is_group, read_at, write_at
from app.domain.sides import Side, with_own_number, with_xeros_number

REFUSALS_BELIEVED = 3

Move = tuple[Value | Absent, Value | Absent]


@dataclass(frozen=True, slots=True)
class Hub:
    """What we know of one linked thing.

    `record` is what both sides should show; the shadows are projections that each side is known to hold.
    `partner_based_on` is the newest of our revisions that the shadow's document had applied; `acked_revision` the
    newest that the partner is known to have applied since. `sent` maps a revision to the moves (path -> before,
    after) that were sent with it. `refused` maps a revision to the moves that the partner refused since that
    document, `newest_sent` is the largest revision ever sent. `unanswered` is the projection that we tried to write
    to Xero when the answer was lost. `open_conflicts` are paths that wait for a person and are left alone on both
    sides. `apart` is what the sides are brought back to at such paths, after a decision was undone. `ignored` maps what
    a person said to leave as it is to the two values that it had then: of an open path the partner's and Xero's, of
    `total` the record's and Xero's. `kind` says what the thing is; everything here is the same for all of them.
    """

    record: Fields = field(default_factory=dict)
    partner_shadow: Fields = field(default_factory=dict)
    xero_shadow: Fields = field(default_factory=dict)
    revision: int = 0
    partner_version: int = 0
    partner_based_on: int = 0
    acked_revision: int = 0
    sent: Mapping[int, Mapping[str, Move]] = field(default_factory=dict)
    refused: Mapping[int, Mapping[str, Move]] = field(default_factory=dict)
    newest_sent: int = 0
    unanswered: Fields | None = None
    open_conflicts: frozenset[str] = frozenset()
    apart: Apart = field(default_factory=dict)
    ignored: Mapping[str, Move] = field(default_factory=dict)
    kind: Kind = INVOICE


@dataclass(frozen=True, slots=True)
class Rules:
    """How this connection merges: who wins a conflict at a path (None: hold it), and its maps."""

    winner_of: Callable[[Side, datetime, datetime], WinnerOf]
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class Observed:
    """The hub after one side was looked at, and the conflicts that this brought to light."""

    hub: Hub
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class PartnerChange:
    """What the partner's side must now show: compare-and-set moves under a revision of their own."""

    revision: int
    moves: Mapping[str, Move]


def partner_view(hub: Hub, upto: int) -> dict[str, Value]:
    """What the partner holds as far as we know: its last document and the changes it has taken up to a revision.

    A change that was refused counts where the partner names that very revision: an earlier copy of it arrived late.
    """
    taken = {**hub.sent, **{revision: moves for revision, moves in hub.refused.items() if revision == upto}}
    view = dict(hub.partner_shadow)
    for revision in sorted(taken):
        if hub.partner_based_on < revision <= upto:
            view = apply_moves(view, taken[revision])
    return view


def observe_document(
    hub: Hub,
    document: Fields,
    *,
    version: int,
    based_on: int | None,
    rules: Rules,
    at: datetime,
    xero_at: datetime,
) -> Observed:
    """Merge the partner's newest document; an older version than the one merged last changes nothing.

    `based_on` None means the newest revision that the partner acknowledged. `at` is when the document was written as
    far as we know, `xero_at` when Xero's side last moved; both matter only to the policy `newest_wins`.
    """
    if version <= hub.partner_version:
        return Observed(hub)
    taken = hub.acked_revision if based_on is None else based_on
    base = partner_view(hub, taken)
    merged = merge(
        Side.PARTNER,
        base=base,
        seen=document,
        record=hub.record,
        winner_of=rules.winner_of(Side.PARTNER, at, xero_at),
    )
    record = hub.kind.couple(Side.PARTNER, hub.record, merged.record, rules.vocabulary, at)
    seen = replace(
        hub,
        partner_shadow=dict(document),
        partner_version=version,
        partner_based_on=taken,
        acked_revision=max(hub.acked_revision, taken),
        sent={revision: moves for revision, moves in hub.sent.items() if revision > taken},
        refused={revision: moves for revision, moves in hub.refused.items() if revision > taken},
        apart=without_edited(hub.apart, Side.PARTNER, differing(base, document)),
    )
    return _moved(seen, record, merged.conflicts)


def observe_xero(hub: Hub, seen: Fields, *, rules: Rules, at: datetime, partner_at: datetime) -> Observed:
    """Merge what Xero holds now. What an unanswered write tried to set and is found there was ours, not a person's."""
    base = dict(hub.xero_shadow)
    if hub.unanswered is not None:
        base = _landed(base, hub.unanswered, seen)
    return _merge_xero(hub, base, seen, rules, at, partner_at)


def xero_answered(
    hub: Hub, wrote: Fields, returned: Fields, *, rules: Rules, at: datetime, partner_at: datetime
) -> Observed:
    """Record Xero's answer to a write as its new shadow; what it returned otherwise than we wrote is its edit."""
    return _merge_xero(hub, wrote, returned, rules, at, partner_at)


def _merge_xero(
    hub: Hub, base: Fields, seen: Fields, rules: Rules, at: datetime, partner_at: datetime
) -> Observed:
    seen = hub.kind.believe(base, seen)
    merged = merge(
        Side.XERO,
        base=base,
        seen=seen,
        record=with_xeros_number(hub.record),
        winner_of=rules.winner_of(Side.XERO, at, partner_at),
    )
    edited = with_own_number(merged.record, hub.record)
    record = hub.kind.couple(Side.XERO, hub.record, edited, rules.vocabulary, at)
    apart = without_edited(hub.apart, Side.XERO, differing(base, seen))
    seen_hub = replace(hub, xero_shadow=dict(seen), unanswered=None, apart=apart)
    return _moved(seen_hub, record, merged.conflicts)


def _moved(hub: Hub, record: Mapping[str, Value], conflicts: tuple[Conflict, ...]) -> Observed:
    moved = differing(hub.record, record)
    held = hub.open_conflicts | {conflict.path for conflict in conflicts if conflict.winner is None}
    hub = replace(hub, record=dict(record), revision=hub.revision + bool(moved), open_conflicts=held)
    return Observed(settle_apart(replace(hub, open_conflicts=_still_open(hub))), conflicts)


def _still_open(hub: Hub) -> frozenset[str]:
    """A held conflict ends by itself once both sides hold what the record says."""
    if not hub.open_conflicts:
        return hub.open_conflicts
    behind = list_behind_paths(hub)
    return frozenset(
        path
        for path in hub.open_conflicts
        if path in hub.apart or any(covers(path, other) for other in behind)
    )


def list_behind_paths(hub: Hub) -> set[str]:
    """The paths at which a side does not hold what the record says, held ones among them."""
    view = partner_view(hub, hub.acked_revision)
    return {*differing(*_xero_pair(hub)), *differing(hub.kind.project(Side.PARTNER, hub.record), view)}


def settle_apart(hub: Hub) -> Hub:
    """The hub without what has been brought back: from there on it is a held conflict like any."""
    left, record = {}, hub.record
    for path, values in hub.apart.items():
        waiting = {side: value for side, value in values.items() if not _is_back(hub, path, side, value)}
        if waiting:
            left[path] = waiting
        else:
            record = _with_a_sides_value(hub, record, path)
    return replace(hub, apart=left, record=record) if hub.apart else hub


def _is_back(hub: Hub, path: str, side: Side, value: Value | Absent) -> bool:
    if side is Side.XERO:
        return read_at(hub.xero_shadow, path) == value
    view = partner_view(hub, hub.acked_revision)
    # A change that is on its way may still take it away again.
    is_sure = not any(covers(path, other) for other in _unsure(hub, hub.sent))
    return is_sure and read_at(view, path) == value


def _with_a_sides_value(hub: Hub, record: Fields, path: str) -> Fields:
    """A held field's record is what one of the sides holds, so that no edit meets what nobody shows."""
    held = {side: read_at(hold_of(hub, side), path) for side in Side}
    if is_group(path) or read_at(record, path) in held.values():
        return record
    return write_at(record, path, held[Side.PARTNER])


def hold_of(hub: Hub, side: Side) -> Fields:
    """What a side holds now, as far as we know."""
    return hub.xero_shadow if side is Side.XERO else partner_view(hub, hub.acked_revision)


def _landed(base: dict[str, Value], tried: Fields, seen: Fields) -> dict[str, Value]:
    for path in {*tried, *base}:
        wanted = tried.get(path, ABSENT)
        # A number that was left out is Xero's to give: what it gave is its edit, and no conflict with ours.
        if seen.get(path, ABSENT) == wanted or (path == "number" and wanted is None):
            _put(base, path, wanted)
    return base


def xero_moves(hub: Hub) -> dict[str, Move]:
    """What a write to Xero would have to move: path -> what Xero holds, what it should hold."""
    holds, wanted = _xero_pair(hub)
    keeps = hub.kind.compare(put_back(holds, hub.apart, Side.XERO), wanted)
    return _moves(holds, leave_held(keeps, wanted, hub.open_conflicts))


def _xero_pair(hub: Hub) -> tuple[Fields, Fields]:
    """What Xero holds, as far as it counts, and what it should hold."""
    wanted = hub.kind.project(Side.XERO, hub.record)
    return hub.kind.compare(hub.kind.project(Side.XERO, hub.xero_shadow), wanted), wanted


def next_change(hub: Hub) -> PartnerChange | None:
    """The change that the partner's side still needs, or None when it holds all of the record.

    The same moves that are already on their way keep their revision; other moves get a new one, larger than any sent.
    A path that an unacknowledged change touched is named again even if the partner last held what it should hold: the
    partner may have applied that change, and compare-and-set is how we learn it (A to B and back to A would else leave
    it at B). So are, beside other moves, the paths of refused changes, of which a late copy may have been applied, and
    those of held conflicts: else an acknowledgement of this change would pass for one of the change that touched them.
    """
    view = partner_view(hub, hub.acked_revision)
    keeps = put_back(view, hub.apart, Side.PARTNER)
    wanted = leave_held(keeps, hub.kind.project(Side.PARTNER, hub.record), hub.open_conflicts)
    moves = _moves(view, wanted, _unsure(hub, hub.sent))
    if not moves:
        return None
    moves = _moves(view, wanted, _list_moved(hub, {**hub.sent, **hub.refused}))
    newest = max(hub.sent, default=0)
    if newest > hub.acked_revision and hub.sent[newest] == moves:
        return PartnerChange(newest, moves)
    return anew(hub, PartnerChange(newest, moves))


def anew(hub: Hub, change: PartnerChange) -> PartnerChange:
    """The same moves under a revision of their own, larger than any sent: what was withdrawn is not sent as it was."""
    return PartnerChange(max(hub.revision, hub.newest_sent + 1, hub.acked_revision + 1), change.moves)


def _unsure(hub: Hub, changes: Mapping[int, Mapping[str, Move]]) -> set[str]:
    """The paths of changes that the partner may have applied without our knowing, held conflicts left out."""
    left_alone = {path for path in hub.open_conflicts if Side.PARTNER not in hub.apart.get(path, {})}
    moved = _list_moved(hub, changes)
    return {path for path in moved if not any(covers(conflict, path) for conflict in left_alone)}


def _list_moved(hub: Hub, changes: Mapping[int, Mapping[str, Move]]) -> set[str]:
    return {path for revision, moves in changes.items() if revision > hub.acked_revision for path in moves}


def is_refused_for_good(hub: Hub, change: PartnerChange) -> bool:
    """The partner refused the very same moves three times: sending them again would go on for ever."""
    return sum(moves == change.moves for moves in hub.refused.values()) >= REFUSALS_BELIEVED


def change_sent(hub: Hub, change: PartnerChange) -> Hub:
    """The hub after a change was put on its way."""
    sent = {**hub.sent, change.revision: change.moves}
    newest = max(hub.newest_sent, change.revision)
    return replace(hub, sent=sent, newest_sent=newest, revision=max(hub.revision, change.revision))


def change_refused(hub: Hub, revision: int) -> Hub:
    """The partner did not apply that change, and never will."""
    moves = hub.sent.get(revision)
    if moves is None:
        return hub
    sent = {number: other for number, other in hub.sent.items() if number != revision}
    return replace(hub, sent=sent, refused={**hub.refused, revision: moves})


def acknowledged(hub: Hub, revision: int) -> Hub:
    """The partner has applied everything up to a revision; an older acknowledgement changes nothing."""
    return replace(hub, acked_revision=max(hub.acked_revision, revision))


def _moves(holds: Fields, wanted: Fields, unsure: Collection[str] = ()) -> dict[str, Move]:
    """The moves from one to the other; the `unsure` paths are named even where the two are equal."""
    return {
        path: (holds.get(path, ABSENT), wanted.get(path, ABSENT))
        for path in sorted({*differing(holds, wanted), *unsure})
    }


def apply_moves(fields: Fields, moves: Mapping[str, Move]) -> dict[str, Value]:
    """The fields after those moves."""
    moved = dict(fields)
    for path, (_, after) in moves.items():
        _put(moved, path, after)
    return moved


def _put(fields: dict[str, Value], path: str, value: Value | Absent) -> None:
    if isinstance(value, Absent):
        fields.pop(path, None)
    else:
        fields[path] = value
