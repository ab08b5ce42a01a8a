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

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from app.domain.record.apart import Apart
from app.domain.record.fields import Absent, Fields, Value, differing
from app.domain.record.held import Parted, covers, with_a_sides_value
from app.domain.record.kind import INVOICE, Kind
from app.domain.record.moves import Move, apply_moves
from app.domain.record.path import read_at, same_at
from app.domain.record.sides import Side, Status


@dataclass(frozen=True)
class Hub:
    """What we know of one linked thing.

    `record` is what both sides should show; the shadows are projections that each side is known to hold.
    `partner_based_on` is the newest of our revisions that the shadow's document had applied; `acked_revision` the
    newest that the partner is known to have applied since. `sent` maps a revision to the moves (path -> before,
    after) that were sent with it. `refused` maps a revision to the moves that the partner refused since that
    document, `newest_sent` is the largest revision ever sent; where that `is_newest_withdrawn`, nothing is on its way
    (the app may have taken it before). `unanswered` is the projection that we tried to write to Xero when the answer
    was lost. `open_conflicts` are paths that wait for a person and are left alone on both
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
    is_newest_withdrawn: bool = False
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


def list_behind_paths(hub: Hub) -> set[str]:
    """The paths at which a side does not hold what the record says, held ones among them."""
    return {path for side in Side for path in differing(*pair_of(hub, side))}


def settle_parted(hub: Hub) -> Hub:
    """The hub without what has been brought back: from there on it is a held conflict like any.

    To what is voided in Xero nothing is brought back any more (FACTS 4.1): where the two sides hold the same then,
    there is no conflict.
    """
    left, record = {}, hub.record
    for path, values in hub.parted.items():
        waiting = {side: value for side, value in values.items() if not _is_back(hub, path, side, value)}
        if waiting:
            left[path] = waiting
        else:
            record = with_a_sides_value(record, path, {side: hold_of(hub, side) for side in Side})
    if not hub.parted:
        return hub
    settled = replace(hub, parted=left, record=record)
    return _without_agreed(settled, hub.parted.keys() - left) if is_voided(hub) else settled


def is_voided(hub: Hub) -> bool:
    """Whether it is over in Xero, which takes no edits of it any more."""
    return hub.xero_shadow.get("status") == Status.CANCELLED


def _without_agreed(hub: Hub, paths: Collection[str]) -> Hub:
    held = {side: hold_of(hub, side) for side in Side}
    agreed = {path for path in paths if same_at(path, *(read_at(held[side], path) for side in Side))}
    return replace(hub, open_conflicts=hub.open_conflicts - agreed) if agreed else hub


def _is_back(hub: Hub, path: str, side: Side, value: Value | Absent) -> bool:
    if side is Side.XERO:
        return is_voided(hub) or read_at(hub.xero_shadow, path) == value
    view = partner_view(hub, hub.acked_revision)
    # A change that is on its way may still take it away again.
    is_sure = not any(covers(path, other) for other in list_unheard(hub, hub.sent))
    return is_sure and read_at(view, path) == value


def hold_of(hub: Hub, side: Side) -> Fields:
    """What a side holds now, as far as we know."""
    return hub.xero_shadow if side is Side.XERO else partner_view(hub, hub.acked_revision)


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


def list_unheard(hub: Hub, changes: Mapping[int, Mapping[str, Move]]) -> set[str]:
    """The paths of changes that the partner may have applied without our knowing, held ones and those apart among them.

    There the change names what the partner holds before and after, so that taking it moves nothing and tells that.
    """
    return {path for revision, moves in changes.items() if revision > hub.acked_revision for path in moves}
