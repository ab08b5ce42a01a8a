"""What a side still needs before it holds what the record says: moves to write to Xero, a change for the partner.

What is held for a person, kept apart, or does not travel is owed to nobody and stays as the side has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.record.apart import leave_apart
from app.domain.record.basis import list_meant_with
from app.domain.record.direction import OPEN, Lanes
from app.domain.record.fields import DISCOUNTS, Fields, Value, group_of
from app.domain.record.held import put_back
from app.domain.record.hub import Hub, list_unheard, pair_of
from app.domain.record.moves import Move, list_groups, list_moves
from app.domain.record.sides import Side


@dataclass(frozen=True, slots=True)
class PartnerChange:
    """What the partner's side must now show: compare-and-set moves under a revision of their own."""

    revision: int
    moves: Mapping[str, Move]


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


def next_change(hub: Hub, lanes: Lanes = OPEN) -> PartnerChange | None:
    """The change that the partner's side still needs, or None when it holds all of the record.

    The same moves that are already on their way keep their revision; other moves get a new one, larger than any sent.
    A path that an unacknowledged change touched is named again even if the partner last held what it should hold: the
    partner may have applied that change, and compare-and-set is how we learn it (A to B and back to A would else leave
    it at B). So are, beside other moves, the paths of refused changes, of which a late copy may have been applied, and
    those of held conflicts: else an acknowledgement of this change would pass for one of the change that touched them.
    A discount is named in both its forms and with the line's price, so that an app where the line was given the other
    meanwhile, or was left words alone, refuses it; and money of lines with the basis that it is said under, as the
    basis is with all money of lines (`basis`).

    A path that does not travel there any more is named beside others alone: by itself there is nothing to tell of it.
    """
    view, record = pair_of(hub, Side.PARTNER)
    wanted = leave_alone(Side.PARTNER, hub, view, record, lanes)
    unheard = {path for path in list_unheard(hub, hub.sent) if lanes.leads_to(Side.PARTNER, path)}
    moves = list_moves(view, wanted, unheard)
    if not moves:
        return None
    named = list_unheard(hub, {**hub.sent, **hub.refused}) | _list_said_with_discounts(moves, view, wanted)
    moves = list_moves(view, wanted, named | list_meant_with(moves, view, wanted))
    newest = max(hub.sent, default=0)
    is_on_its_way = newest > hub.acked_revision and not hub.is_newest_withdrawn
    if is_on_its_way and hub.sent[newest] == moves:
        return PartnerChange(newest, moves)
    return anew(hub, PartnerChange(newest, moves))


def _list_said_with_discounts(moves: Mapping[str, Move], view: Fields, wanted: Fields) -> set[str]:
    """Of lines that stay and are given a discount, the paths of both its forms, and of what it is taken off; of lines
    that are left words alone, those that such a line has not.
    """
    given = {path for path in moves if path.endswith(DISCOUNTS) and wanted.get(path) is not None}
    given |= {path for path in moves if path.endswith("/unit_price") and wanted.get(path, "") is None}
    groups = {str(group_of(path)) for path in given} & list_groups(view) if given else set()
    return {f"{group}/{name}" for group in groups for name in (*DISCOUNTS, "unit_price", "quantity")}


def anew(hub: Hub, change: PartnerChange) -> PartnerChange:
    """The same moves under a revision of their own, larger than any sent: what was withdrawn is not sent as it was."""
    return PartnerChange(max(hub.revision, hub.newest_sent + 1, hub.acked_revision + 1), change.moves)
