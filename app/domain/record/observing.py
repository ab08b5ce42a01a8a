"""What a side was seen to hold, merged into a link's record: edits against that side's own shadow, field by field.

The base of a merge is what the side was known to hold, never the record: see the rules in `hub`. What was apart is
merged too, as soon as it travels. All functions are pure: they take a hub and answer the next one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from app.domain.record.apart import Apart, travels, with_bases, without_met
from app.domain.record.coupling import Vocabulary
from app.domain.record.direction import OPEN, Lanes
from app.domain.record.fields import ABSENT, LINE_ORDER, Fields, Value, differing, group_of
from app.domain.record.held import covers, list_gone, without_edited
from app.domain.record.hub import (
    Hub,
    hold_of,
    list_behind_paths,
    list_unheard,
    partner_view,
    settle_parted,
)
from app.domain.record.merge import Conflict, WinnerOf, merge
from app.domain.record.moves import landed, list_groups
from app.domain.record.path import is_group, read_at, write_at
from app.domain.record.replaced import replace
from app.domain.record.sides import Side, holds, with_own_number, with_xeros_number
from app.domain.record.together import bring_along


@dataclass(frozen=True, slots=True)
class Rules:
    """How this connection merges: who wins a conflict at a path (None: hold it), its maps, and what travels where."""

    winner_of: Callable[[Side, datetime, datetime], WinnerOf]
    vocabulary: Vocabulary
    lanes: Lanes = OPEN


@dataclass(frozen=True, slots=True)
class Observed:
    """The hub after one side was looked at, and the conflicts that this brought to light.

    `agreed` are the paths that somebody edited there to what the record said already: it came from elsewhere, and yet
    is that person's word too.
    """

    hub: Hub
    conflicts: tuple[Conflict, ...] = ()
    agreed: frozenset[str] = frozenset()


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
    # Who does not say what it was based on may have taken a change of ours that it has not answered yet.
    agreed = _list_agreed(base, document, hub.record) if based_on is not None else frozenset[str]()
    whole = _with_what_travels(observed, rules, xero_at, at)
    return Observed(whole.hub, whole.conflicts, agreed)


def _list_agreed(base: Fields, seen: Fields, record: Fields) -> frozenset[str]:
    agreed = {path for path in differing(base, seen) if seen.get(path, ABSENT) == record.get(path, ABSENT)}
    return frozenset(agreed - {LINE_ORDER})


def _merge_partner(
    hub: Hub, after: Hub, base: Fields, seen: Fields, rules: Rules, at: datetime, xero_at: datetime
) -> Observed:
    """Merge what the partner holds; `after` is the hub that knows it, but for the record."""
    lanes = rules.lanes if hub.xero_shadow else OPEN
    known = _with_what_went_apart(Side.PARTNER, base, hub.partner_apart, hub.record, lanes)
    hub = _without_gone(hub, Side.PARTNER, known, seen, rules, xero_at)
    after = replace(after, open_conflicts=hub.open_conflicts)
    merged = merge(
        Side.PARTNER,
        base=with_bases(base, hub.partner_apart),
        seen=seen,
        record=hub.record,
        winner_of=rules.winner_of(Side.PARTNER, at, xero_at),
        lanes=lanes,
        open_conflicts=hub.open_conflicts,
    )
    record = hub.kind.couple(Side.PARTNER, hub.record, merged.record, rules.vocabulary, at)
    still, met = without_met(Side.XERO, hub.xero_apart, hub.xero_shadow, hub.record, record, lanes)
    return _moved(
        replace(after, partner_apart=merged.apart, xero_apart=still), record, (*merged.conflicts, *met)
    )


def observe_xero(
    hub: Hub,
    seen: Fields,
    *,
    rules: Rules,
    at: datetime,
    partner_at: datetime,
    remembered: Fields = MappingProxyType({}),
    was_sent: bool = True,
) -> Observed:
    """Merge what Xero holds now. What an unanswered write tried to set and is found there was ours, not a person's.
    It `was_sent`, but where a create was only looked for after an older copy.

    `remembered` is the record before the partner's document was taken in: a line that this took away and that Xero's
    edit brings back has the app's own words from there.
    """
    base = hub.xero_shadow
    if hub.unanswered is not None:
        base = landed(base, hub.unanswered, seen, was_sent=was_sent)
    merged = _merge_xero(hub, base, seen, rules, at, partner_at, remembered)
    agreed = _list_agreed(base, seen, hub.record)
    whole = _with_what_travels(merged, rules, at, partner_at)
    return Observed(whole.hub, whole.conflicts, agreed)


def xero_answered(
    hub: Hub, wrote: Fields, returned: Fields, *, rules: Rules, at: datetime, partner_at: datetime
) -> Observed:
    """Record Xero's answer to a write as its new shadow; what it returned otherwise than we wrote is its edit."""
    return _with_what_travels(_merge_xero(hub, wrote, returned, rules, at, partner_at), rules, at, partner_at)


def _merge_xero(
    hub: Hub,
    base: Fields,
    seen: Fields,
    rules: Rules,
    at: datetime,
    partner_at: datetime,
    remembered: Fields = MappingProxyType({}),
) -> Observed:
    seen = hub.kind.believe(base, seen)
    lanes = rules.lanes
    known = _with_what_went_apart(Side.XERO, base, hub.xero_apart, hub.record, lanes)
    hub = _without_gone(hub, Side.XERO, known, seen, rules, partner_at)
    view = partner_view(hub, hub.acked_revision) if hub.partner_apart or not lanes.are_open else {}
    lanes = lanes if view else OPEN
    merged = merge(
        Side.XERO,
        base=with_bases(base, hub.xero_apart),
        seen=seen,
        record=with_xeros_number(hub.record),
        winner_of=rules.winner_of(Side.XERO, at, partner_at),
        lanes=lanes,
        open_conflicts=hub.open_conflicts,
    )
    edited = with_own_number(merged.record, hub.record)
    back = _list_brought_back(edited, hub.record, remembered)
    words = {path: value for path, value in back.items() if not holds(Side.XERO, path)}
    record = hub.kind.couple(Side.XERO, {**back, **hub.record}, {**edited, **words}, rules.vocabulary, at)
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


def _list_brought_back(edited: Fields, record: Fields, remembered: Fields) -> dict[str, Value]:
    """What is remembered of lines, payments and credits that the record had no more and has again."""
    if not remembered or edited.keys() <= record.keys():
        return {}
    groups = list_groups(edited) - list_groups(record)
    return {path: value for path, value in remembered.items() if group_of(path) in groups}


def _with_what_went_apart(side: Side, base: Fields, apart: Apart, record: Fields, lanes: Lanes) -> Fields:
    """What a side held, with the lines that it took away while that did not travel, and which go now that it does."""
    went = {
        path: was
        for path, was in apart.items()
        if is_group(path) and travels(side, {path: was}, record, lanes)
    }
    return with_bases(base, went) if went else base


def _without_gone(hub: Hub, side: Side, base: Fields, seen: Fields, rules: Rules, other_at: datetime) -> Hub:
    """The hub without the held fields of lines that this side took away: what the other side holds there is met by
    that, as a conflict over the whole line. Left open, they could be decided no more, because their line is gone.
    """
    gone = list_gone(hub.open_conflicts, base, seen)
    if not gone:
        return hub
    record, theirs = hub.record, hold_of(hub, side.other)
    for path in gone:
        if hub.kind.project(side.other, {path: None}):
            record = write_at(record, path, read_at(theirs, path))
    return replace(
        hub,
        record=hub.kind.couple(side.other, hub.record, record, rules.vocabulary, other_at),
        open_conflicts=hub.open_conflicts - gone,
        parted={path: values for path, values in hub.parted.items() if path not in gone},
    )


def catch_up(hub: Hub, *, rules: Rules, xero_at: datetime, partner_at: datetime) -> Observed:
    """Merge what was apart and travels by now, as if each side were looked at anew; nothing else changes.

    Where the app may have taken a change that it has not answered, nobody knows what it holds: that waits for it.
    """
    if not hub.has_apart:
        return Observed(hub)
    apart, view, unsure = (
        hub.partner_apart,
        partner_view(hub, hub.acked_revision),
        list_unheard(hub, hub.sent),
    )
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
    hub, along = bring_along(replace(hub, open_conflicts=_still_open(hub)))
    return Observed(settle_parted(hub), (*conflicts, *along))


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
