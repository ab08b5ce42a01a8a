"""A link's three values and the bookkeeping that keeps them honest while messages cross (DESIGN section 2).

The hub holds the record, what each side is known to hold (its shadow), and the changes sent to the partner that its
next document may or may not have seen. Four rules, each of which loses an edit when it is left out:

- a change to the partner names `before` and `after`, and the partner refuses it where it holds neither;
- the base of a partner's document is that side's *view*: its last document overlaid with the changes it has taken, up
  to the document's `based_on`; never the record of that revision, which may hold the partner's own later edits;
- every change that is sent has its own revision, also when the record did not move;
- a write to Xero whose answer was lost is remembered, and is ours when a later read finds it.

What does not travel by the connection's directions stays on its side and is left out of that side's comparison
(`direction`, `apart`). All functions are pure: they take a hub and answer the next one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.apart import Apart, leave_apart, travels, with_bases, without_met
from app.domain.coupling import Vocabulary
from app.domain.direction import OPEN, Lanes
from app.domain.fields import Absent, Fields, Value, differing
from app.domain.held import Parted, covers, put_back, with_a_sides_value, without_edited
from app.domain.kind import INVOICE, Kind
from app.domain.merge import Conflict, WinnerOf, merge
from app.domain.moves import Move, apply_moves, landed, list_moves
from app.domain.path import read_at
from app.domain.sides import Side, with_own_number, with_xeros_number


@dataclass(frozen=True, slots=True)
class Hub:
    """What we know of one linked thing.

    `record` is what both sides should show; the shadows are projections that each side is known to hold.
    `partner_based_on` is the newest of our revisions that the shadow's document had applied; `acked_revision` the
    newest that the partner is known to have applied since. `sent` maps a revision to the moves (path -> before,
    after) that were sent with it. `refused` maps a revision to the moves that the partner refused since that
    document, `newest_sent` is the largest revision ever sent. `unanswered` is the projection that we tried to write
    to Xero when the answer was lost. `open_conflicts` are paths that wait for a person and are left alone on both
    sides. `partner_apart` and `xero_apart` are what each side keeps for itself, with what was last agreed there.
    `parted` is what the sides are brought back to at open paths, after a decision was undone. `ignored` maps what a
    person said to leave as it is to the two values that it had then: of an open path the partner's and Xero's, of
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
    partner_apart: Apart = field(default_factory=dict)
    xero_apart: Apart = field(default_factory=dict)
    parted: Parted = field(default_factory=dict)
    ignored: Mapping[str, Move] = field(default_factory=dict)
    kind: Kind = INVOICE

    @property
    def has_apart(self) -> bool:
        """Whether either side keeps anything for itself."""
        return bool(self.partner_apart or self.xero_apart)


@dataclass(frozen=True, slots=True)
class Rules:
    """How this connection merges: who wins a conflict at a path (None: hold it), its maps, and what travels where."""

    winner_of: Callable[[Side, datetime, datetime], WinnerOf]
    vocabulary: Vocabulary
    lanes: Lanes = OPEN


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
    seen = replace(
        hub,
        partner_shadow=dict(document),
        partner_version=version,
        partner_based_on=taken,
        acked_revision=max(hub.acked_revision, taken),
        # No news, unless an older copy of us was restored that does not know what it had sent.
        revision=max(hub.revision, taken),
        sent={revision: moves for revision, moves in hub.sent.items() if revision > taken},
        refused={revision: moves for revision, moves in hub.refused.items() if revision > taken},
        parted=without_edited(hub.parted, Side.PARTNER, differing(base, document)),
    )
    observed = _merge_partner(hub, seen, base, document, rules, at, xero_at)
    return _with_what_travels(observed, rules, xero_at, at)


def _merge_partner(
    hub: Hub, after: Hub, base: Fields, seen: Fields, rules: Rules, at: datetime, xero_at: datetime
) -> Observed:
    """Merge what the partner holds; `after` is the hub that knows it, but for the record."""
    lanes = rules.lanes if hub.xero_shadow else OPEN
    merged = merge(
        Side.PARTNER,
        base=with_bases(base, hub.partner_apart),
        seen=seen,
        record=hub.record,
        winner_of=rules.winner_of(Side.PARTNER, at, xero_at),
        lanes=lanes,
    )
    record = hub.kind.couple(Side.PARTNER, hub.record, merged.record, rules.vocabulary, at)
    still, met = without_met(Side.XERO, hub.xero_apart, hub.xero_shadow, hub.record, record, lanes)
    return _moved(
        replace(after, partner_apart=merged.apart, xero_apart=still), record, (*merged.conflicts, *met)
    )


def observe_xero(hub: Hub, seen: Fields, *, rules: Rules, at: datetime, partner_at: datetime) -> Observed:
    """Merge what Xero holds now. What an unanswered write tried to set and is found there was ours, not a person's."""
    base = hub.xero_shadow
    if hub.unanswered is not None:
        base = landed(base, hub.unanswered, seen)
    return _with_what_travels(_merge_xero(hub, base, seen, rules, at, partner_at), rules, at, partner_at)


def xero_answered(
    hub: Hub, wrote: Fields, returned: Fields, *, rules: Rules, at: datetime, partner_at: datetime
) -> Observed:
    """Record Xero's answer to a write as its new shadow; what it returned otherwise than we wrote is its edit."""
    return _with_what_travels(_merge_xero(hub, wrote, returned, rules, at, partner_at), rules, at, partner_at)


def _merge_xero(
    hub: Hub, base: Fields, seen: Fields, rules: Rules, at: datetime, partner_at: datetime
) -> Observed:
    seen = hub.kind.believe(base, seen)
    lanes = rules.lanes
    view = partner_view(hub, hub.acked_revision) if hub.partner_apart or not lanes.are_open else {}
    lanes = lanes if view else OPEN
    merged = merge(
        Side.XERO,
        base=with_bases(base, hub.xero_apart),
        seen=seen,
        record=with_xeros_number(hub.record),
        winner_of=rules.winner_of(Side.XERO, at, partner_at),
        lanes=lanes,
    )
    edited = with_own_number(merged.record, hub.record)
    record = hub.kind.couple(Side.XERO, hub.record, edited, rules.vocabulary, at)
    still, met = without_met(Side.PARTNER, hub.partner_apart, view, hub.record, record, lanes)
    after = replace(
        hub,
        xero_shadow=dict(seen),
        unanswered=None,
        xero_apart=merged.apart,
        partner_apart=still,
        parted=without_edited(hub.parted, Side.XERO, differing(base, seen)),
    )
    return _moved(after, record, (*merged.conflicts, *met))


def catch_up(hub: Hub, *, rules: Rules, xero_at: datetime, partner_at: datetime) -> Observed:
    """Merge what was apart and travels by now, as if each side were looked at anew; nothing else changes.

    Where the app may have taken a change that it has not answered, nobody knows what it holds: that waits for it.
    """
    if not hub.has_apart:
        return Observed(hub)
    apart, view, unsure = hub.partner_apart, partner_view(hub, hub.acked_revision), _list_moved(hub, hub.sent)
    due = [path for path in apart if travels(Side.PARTNER, {path: apart[path]}, hub.record, rules.lanes)]
    sure = {path: apart[path] for path in due if not any(covers(path, each) for each in unsure)}
    waits = {path: base for path, base in apart.items() if path not in sure}
    begun = replace(hub, partner_apart=sure)
    first = _merge_partner(begun, begun, view, view, rules, partner_at, xero_at)
    looked = replace(first.hub, partner_apart={**waits, **first.hub.partner_apart})
    tried = looked.unanswered
    second = _merge_xero(looked, hub.xero_shadow, hub.xero_shadow, rules, xero_at, partner_at)
    return Observed(replace(second.hub, unanswered=tried), (*first.conflicts, *second.conflicts))


def _with_what_travels(observed: Observed, rules: Rules, xero_at: datetime, partner_at: datetime) -> Observed:
    """What was apart is merged at once where it travels by now, as a field does when its line went with it."""
    hub = observed.hub
    if not hub.has_apart or not any(
        travels(side, apart, hub.record, rules.lanes)
        for side, apart in ((Side.PARTNER, hub.partner_apart), (Side.XERO, hub.xero_apart))
    ):
        return observed
    caught_up = catch_up(hub, rules=rules, xero_at=xero_at, partner_at=partner_at)
    return Observed(caught_up.hub, (*observed.conflicts, *caught_up.conflicts))


def _moved(hub: Hub, record: Mapping[str, Value], conflicts: tuple[Conflict, ...]) -> Observed:
    moved = differing(hub.record, record)
    held = hub.open_conflicts | {conflict.path for conflict in conflicts if conflict.winner is None}
    hub = replace(hub, record=dict(record), revision=hub.revision + bool(moved), open_conflicts=held)
    return Observed(settle_parted(replace(hub, open_conflicts=_still_open(hub))), conflicts)


def _still_open(hub: Hub) -> frozenset[str]:
    """A held conflict ends by itself once both sides hold what the record says."""
    if not hub.open_conflicts:
        return hub.open_conflicts
    behind = list_behind_paths(hub)
    return frozenset(
        path
        for path in hub.open_conflicts
        if path in hub.parted or any(covers(path, other) for other in behind)
    )


def list_behind_paths(hub: Hub) -> set[str]:
    """The paths at which a side does not hold what the record says, held ones among them."""
    return {path for side in Side for path in differing(*pair_of(hub, side))}


def settle_parted(hub: Hub) -> Hub:
    """The hub without what has been brought back: from there on it is a held conflict like any."""
    left, record = {}, hub.record
    for path, values in hub.parted.items():
        waiting = {side: value for side, value in values.items() if not _is_back(hub, path, side, value)}
        if waiting:
            left[path] = waiting
        else:
            record = with_a_sides_value(record, path, {side: hold_of(hub, side) for side in Side})
    return replace(hub, parted=left, record=record) if hub.parted else hub


def _is_back(hub: Hub, path: str, side: Side, value: Value | Absent) -> bool:
    if side is Side.XERO:
        return read_at(hub.xero_shadow, path) == value
    view = partner_view(hub, hub.acked_revision)
    # A change that is on its way may still take it away again.
    is_sure = not any(covers(path, other) for other in _list_moved(hub, hub.sent))
    return is_sure and read_at(view, path) == value


def hold_of(hub: Hub, side: Side) -> Fields:
    """What a side holds now, as far as we know."""
    return hub.xero_shadow if side is Side.XERO else partner_view(hub, hub.acked_revision)


def xero_moves(hub: Hub, lanes: Lanes = OPEN) -> dict[str, Move]:
    """What a write to Xero would have to move: path -> what Xero holds, what it should hold."""
    holds, wanted = pair_of(hub, Side.XERO)
    return list_moves(holds, leave_alone(Side.XERO, hub, holds, wanted, lanes))


def leave_alone(side: Side, hub: Hub, holds: Fields, wanted: Fields, lanes: Lanes) -> dict[str, Value]:
    """What a side should hold, what is held or apart there or does not go there left as that side has it."""
    apart = hub.xero_apart if side is Side.XERO else hub.partner_apart
    keeps = put_back(holds, {path: to for path, to in hub.parted.items() if lanes.leads_to(side, path)}, side)
    if side is Side.XERO:
        keeps = hub.kind.compare(keeps, wanted)
    return leave_apart(side, keeps, wanted, apart=apart, conflicts=hub.open_conflicts, lanes=lanes)


def pair_of(hub: Hub, side: Side) -> tuple[Fields, Fields]:
    """What a side holds, as far as it counts, and what the record would have it hold.

    Of a void that does not travel the rest still counts: the app may edit what Xero takes no edits of any more.
    """
    wanted = hub.kind.project(side, hub.record)
    if side is Side.PARTNER:
        return hold_of(hub, side), wanted
    shadow = hub.xero_shadow
    if "status" in hub.xero_apart:
        shadow = {**shadow, "status": hub.record.get("status")}
    return hub.kind.compare(hub.kind.project(side, shadow), wanted), wanted


def next_change(hub: Hub, lanes: Lanes = OPEN) -> PartnerChange | None:
    """The change that the partner's side still needs, or None when it holds all of the record.

    The same moves that are already on their way keep their revision; other moves get a new one, larger than any sent.
    A path that an unacknowledged change touched is named again even if the partner last held what it should hold: the
    partner may have applied that change, and compare-and-set is how we learn it (A to B and back to A would else leave
    it at B). So are, beside other moves, the paths of refused changes, of which a late copy may have been applied, and
    those of held conflicts: else an acknowledgement of this change would pass for one of the change that touched them.
    """
    view, record = pair_of(hub, Side.PARTNER)
    wanted = leave_alone(Side.PARTNER, hub, view, record, lanes)
    moves = list_moves(view, wanted, _list_moved(hub, hub.sent))
    if not moves:
        return None
    moves = list_moves(view, wanted, _list_moved(hub, {**hub.sent, **hub.refused}))
    newest = max(hub.sent, default=0)
    if newest > hub.acked_revision and hub.sent[newest] == moves:
        return PartnerChange(newest, moves)
    return anew(hub, PartnerChange(newest, moves))


def anew(hub: Hub, change: PartnerChange) -> PartnerChange:
    """The same moves under a revision of their own, larger than any sent: what was withdrawn is not sent as it was."""
    return PartnerChange(max(hub.revision, hub.newest_sent + 1, hub.acked_revision + 1), change.moves)


def _list_moved(hub: Hub, changes: Mapping[int, Mapping[str, Move]]) -> set[str]:
    """The paths of changes that the partner may have applied without our knowing, held ones and those apart among them.

    There the change names what the partner holds before and after, so that taking it moves nothing and tells that.
    """
    return {path for revision, moves in changes.items() if revision > hub.acked_revision for path in moves}
