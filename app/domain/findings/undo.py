"""What a decision did, taken back on a hub (FEATURES N12): a pure function of it, as the decision was.

Where the two sides were in step before, the record goes back to what it said, and the ordinary plan follows. Where they
were left apart by a held conflict, each is brought back to its own value, by the same compare-and-set change and the
same write as ever, and the conflict is held again. Neither is done once somebody has edited these fields.

How amounts are and the money of lines are one thing here too (`basis`): a basis is put back only beside the prices that
it was decided with, and a price only under the basis that it was decided under.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.domain.findings.decision import Carried
from app.domain.findings.stake import Stake
from app.domain.record.basis import AMOUNTS_ARE, is_money_of_line
from app.domain.record.fields import (
    ABSENT,
    LINE_ORDER,
    Absent,
    Fields,
    Value,
    differing,
    group_of,
    is_text_only,
    keys_of,
    line_keys,
)
from app.domain.record.held import covers
from app.domain.record.hub import Hub, hold_of, is_voided, settle_parted
from app.domain.record.line_order import interleave
from app.domain.record.moves import Move, apply_moves, list_groups
from app.domain.record.path import is_group, read_at, same_at
from app.domain.record.sides import Side
from app.domain.record.together import bring_along


def find_edited(hub: Hub, stakes: Sequence[Stake], moves: Mapping[str, Move]) -> list[str]:
    """The paths that somebody edited since a decision moved them so, or left them beside what it moved."""
    moved = [
        path for path, (_, after) in _done(moves).items() if path != LINE_ORDER and _at(hub, path) != after
    ]
    edited = [stake.path for stake in stakes if _was_edited(hub, stake)]
    return sorted({*moved, *edited, *_list_edited_beside(hub, stakes, moves)})


def _done(moves: Mapping[str, Move]) -> dict[str, Move]:
    """What a decision moved, without what it was only meant with."""
    return {path: move for path, move in moves.items() if move[0] != move[1]}


def _list_edited_beside(hub: Hub, stakes: Sequence[Stake], moves: Mapping[str, Move]) -> set[str]:
    """What would mean another sum if the decision were taken back: nobody said it under what stood before.

    A line that is gone is in nobody's way. Of a decision that an older version carried out nothing is known here.
    """
    there = {None, *list_groups(hub.record)}
    beside = {
        path: value for path, (before, value) in moves.items() if before == value and path != LINE_ORDER
    }
    edited = {path for path, value in beside.items() if group_of(path) in there and _at(hub, path) != value}
    waiting = {path for path in hub.open_conflicts if path in beside}
    if AMOUNTS_ARE not in {*_done(moves), *(stake.path for stake in stakes)}:
        return edited | waiting
    waiting |= {path for path in hub.open_conflicts if is_money_of_line(path)}
    known = moves[LINE_ORDER][1] if LINE_ORDER in moves else line_keys(hub.record)
    came = set(keys_of(hub.record, "lines")) - (set() if isinstance(known, Absent) else set(known))
    added = {key for key in came if not is_text_only(hub.record, key)}
    return edited | waiting | {f"lines/{key}" for key in added}


def _at(hub: Hub, path: str) -> Value | Absent:
    return hub.record.get(path, ABSENT)


def _was_edited(hub: Hub, stake: Stake) -> bool:
    if any(covers(held, stake.path) or covers(stake.path, held) for held in hub.open_conflicts):
        return True
    if not same_at(stake.path, read_at(hub.record, stake.path), stake.value):
        return True
    # What followed in a side's own words from what was decided came from us.
    told = replace(stake, ours=(*stake.ours, read_at(hub.record, stake.path)))
    return any(told.has_moved(side, read_at(hold_of(hub, side), stake.path)) for side in stake.seen)


def cannot_part(stakes: Sequence[Stake]) -> bool:
    """Whether the sides would have to be brought apart over a payment or a credit, which are never edited."""
    return any(is_parted(stake) and stake.path.startswith(("payments/", "credits/")) for stake in stakes)


def is_final_in_xero(hub: Hub, stakes: Sequence[Stake]) -> bool:
    """Whether Xero would have to be brought back to a value of its own, of what is voided there."""
    return is_voided(hub) and any(is_parted(stake) and Side.XERO in _own_values(stake) for stake in stakes)


def wanted_back(stakes: Sequence[Stake], moves: Mapping[str, Move]) -> dict[str, dict[Side, Value | Absent]]:
    """What taking a decision back would have each side hold, by path."""
    parted = [stake for stake in stakes if is_parted(stake)]
    wanted = {stake.path: dict(stake.seen) for stake in parted}
    for path, (before, _) in _done(moves).items():
        if path != LINE_ORDER and not _is_kept(path, parted):
            wanted[path] = {
                side: before for stake in stakes for side in stake.seen if covers(stake.path, path)
            }
    return wanted


def is_parted(stake: Stake) -> bool:
    """Whether the sides held two values there, and were meant to."""
    seen = [stake.seen[side] for side in Side if side in stake.seen]
    return stake.was_apart and len(seen) == len(Side) and not same_at(stake.path, seen[0], seen[1])


def take_back(hub: Hub, stakes: Sequence[Stake], moves: Mapping[str, Move]) -> Carried:
    """The hub as it was before a decision, with whatever else happened since. Nobody has edited these fields."""
    parted = [stake for stake in stakes if is_parted(stake)]
    back = {
        path: (after, before) for path, (before, after) in _done(moves).items() if not _is_kept(path, parted)
    }
    record = _with_order(hub.record, apply_moves(hub.record, back), back)
    moved = differing(hub.record, record)
    taken = replace(
        hub,
        record=record,
        revision=hub.revision + bool(moved),
        open_conflicts=hub.open_conflicts | {stake.path for stake in stakes if stake.was_apart},
        parted={**hub.parted, **{stake.path: _own_values(stake) for stake in parted}},
    )
    done = {path: (_at(hub, path), record.get(path, ABSENT)) for path in moved}
    taken, along = bring_along(taken)
    return Carried(settle_parted(taken), along, done)


def _is_kept(path: str, parted: Iterable[Stake]) -> bool:
    """Until both sides are back, the record stays: so an edit meanwhile meets what the sides really hold."""
    return any(covers(stake.path, path) or (path == LINE_ORDER and is_group(stake.path)) for stake in parted)


def _own_values(stake: Stake) -> dict[Side, Value | Absent]:
    return {side: value for side, value in stake.seen.items() if not same_at(stake.path, value, stake.value)}


def _with_order(before: Fields, record: Mapping[str, Value], back: Mapping[str, Move]) -> dict[str, Value]:
    if LINE_ORDER not in back:
        return dict(record)
    was = back[LINE_ORDER][1]
    lead = [] if isinstance(was, Absent) else list(was or ())
    order = interleave(lead, line_keys(before), set(keys_of(record, "lines")))
    return {**record, LINE_ORDER: order}
