"""What people decided about a link, carried out at the start of its work in a round, before the sides are observed.

So a document or a read of this very round meets the decision by the ordinary merge. The API only stores a decision;
carrying it out and the moment at which it was done are recorded with the link in one transaction, so a worker that dies
before that has carried out nothing, and after that nothing is carried out twice. What follows is the ordinary plan's,
and a decision waits for it: `judge_decisions` tells at every record what has become of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.db.findings.resolutions import list_resolutions, list_waiting_resolutions
from app.domain.crossing.left_out import KEPT_APART
from app.domain.findings import decision, undo
from app.domain.findings.discrepancy import DiscrepancyState
from app.domain.findings.ignoring import TOTAL, heed, ignore, pair_at
from app.domain.findings.resolution import Action, Resolution, ResolutionState, judge
from app.domain.holds.hold import Hold, Way
from app.domain.invoices.link import State
from app.domain.record.direction import Lanes
from app.domain.record.fields import ABSENT
from app.domain.record.held import covers
from app.domain.record.hub import Hub, settle_parted
from app.domain.record.merge import Conflict
from app.domain.record.owed import xero_moves
from app.domain.record.sides import Side
from app.reconcile.decided import Deciding, Decisions
from app.reconcile.round import Round


async def load_decisions(current: Round, works: Sequence[Deciding]) -> list[Deciding]:
    """Give each work what was decided of its link and waits; answers those that have any of it to carry out."""
    waiting, targets = await _list_waiting(current, works)
    for work in works:
        if work.hub.parted:
            work.take_hub(settle_parted(work.hub))
        found = waiting.get(work.link_id, [])
        own = {each.undoes: targets[each.undoes] for each in found if each.undoes in targets}
        work.decisions = Decisions(found, {each.id: each for each in (*found, *own.values())}, own)
    return [work for work in works if any(each.waits_to_be_carried for each in work.decisions.now)]


async def _list_waiting(
    current: Round, works: Sequence[Deciding]
) -> tuple[dict[UUID, list[Resolution]], dict[UUID, Resolution]]:
    """What waits of each link, and by id what any of it takes back.

    Nothing is asked where nothing waited when the round was chosen. What is decided after that is seen when its link is
    recorded (`kept.look_for_open`), which leaves the link behind for the next round.
    """
    if not works or (current.agenda is not None and not current.agenda.has_decisions):
        return {}, {}
    async with current.database.reading() as session:
        waiting = await list_waiting_resolutions(session, [work.link_id for work in works])
        undone = [each.undoes for found in waiting.values() for each in found if each.undoes]
        return waiting, {target.id: target for target in await list_resolutions(session, undone)}


def carry_decision(
    current: Round, work: Deciding, resolution: Resolution, hold_with: Callable[[Hub], Hold | None]
) -> None:
    """Carry out one decision about values; `hold_with` says what would hold the link if its hub were another."""
    if resolution.action is Action.UNDO:
        _take_back(current, work, resolution, hold_with)
    elif resolution.action is Action.IGNORE:
        _ignore(current, work, resolution)
    else:
        _carry_values(current, work, resolution, hold_with)


def _carry_values(
    current: Round, work: Deciding, resolution: Resolution, hold_with: Callable[[Hub], Hold | None]
) -> None:
    hub = work.hub
    gone = decision.find_gone(hub, resolution.stakes)
    if gone:
        _refuse(current, work, resolution, f"The line of {', '.join(gone)} is gone.")
        return
    closed = decision.find_closed(hub, decision.wanted_by(resolution.stakes), current.lanes)
    if closed:
        _refuse(current, work, resolution, decision.say_closed(closed))
        return
    if decision.is_torn(hub, resolution.stakes):
        together = f"{', '.join(resolution.paths)} are decided together, and were edited since."
        _overtake(current, work, resolution, together)
        return
    carried = decision.carry_out(
        hub, resolution.stakes, rules=current.rules, at=resolution.decided_at, moved_at=work.moved_at
    )
    if carried.edited:
        beside = (
            f"{', '.join(carried.edited)} was edited since, and goes with what was decided; that edit stands."
        )
        _overtake(current, work, resolution, beside)
        return
    impossible = _why_impossible(carried.hub, resolution, current.lanes, hold_with)
    if impossible is not None:
        _refuse(current, work, resolution, impossible)
        return
    work.take_hub(carried.hub)
    work.conflicts.extend(carried.conflicts)
    work.had_open_conflicts = True
    work.decisions.put(resolution.carried(current.clock.now(), carried.moves).agreed_at(carried.agreed))


def _why_impossible(
    hub: Hub, resolution: Resolution, lanes: Lanes, hold_with: Callable[[Hub], Hold | None]
) -> str | None:
    """Why Xero could not follow to this hub, by no way that a person has; None where it could, or need not."""
    hold = hold_with(hub)
    if hold is None or hold.way is not Way.NONE or not _asks_xero(hub, resolution, lanes):
        return None
    return f"{hold.message} {hold.cure}"


def _asks_xero(hub: Hub, resolution: Resolution, lanes: Lanes) -> bool:
    """Whether Xero would have to be written for it."""
    return any(covers(stake.path, path) for stake in resolution.stakes for path in xero_moves(hub, lanes))


def _refuse(current: Round, work: Deciding, resolution: Resolution, why: str) -> None:
    work.decisions.put(resolution.ended(ResolutionState.NOT_POSSIBLE, current.clock.now(), why))


def _overtake(current: Round, work: Deciding, resolution: Resolution, why: str) -> None:
    work.decisions.put(resolution.ended(ResolutionState.OVERTAKEN, current.clock.now(), why))


def _ignore(current: Round, work: Deciding, resolution: Resolution) -> None:
    """Nothing moves: the conflict stays open and is spoken of no more, the discrepancy is left as it is."""
    now = current.clock.now()
    for stake in resolution.stakes:
        hub = work.hub
        pair = stake.seen.get(Side.PARTNER, ABSENT), stake.seen.get(Side.XERO, ABSENT)
        if stake.path == TOTAL:
            work.take_hub(replace(hub, ignored={**hub.ignored, TOTAL: pair}))
        elif stake.was_apart and pair_at(hub, stake.path) != pair:
            edited = f"{stake.path} was edited since, so it is not what you wanted to leave as it is."
            _overtake(current, work, resolution, edited)
            return
        elif stake.path in hub.open_conflicts:
            work.take_hub(ignore(hub, [stake.path]))
    work.had_open_conflicts = True
    if resolution.discrepancy_id is not None:
        work.decisions.states[resolution.discrepancy_id] = (DiscrepancyState.IGNORED, None)
    work.decisions.put(resolution.carried(now, {}).ended(ResolutionState.DONE, now))


def _take_back(
    current: Round, work: Deciding, resolution: Resolution, hold_with: Callable[[Hub], Hold | None]
) -> None:
    target, now = work.decisions.find_target(resolution), current.clock.now()
    why = _why_not_undone(work, target, current.lanes)
    if target is None or why is not None:
        _refuse(current, work, resolution, why or "There is nothing to take back.")
        return
    if target.action is Action.IGNORE:
        work.take_hub(heed(work.hub, target.paths))
        done = resolution.carried(now, {}).ended(ResolutionState.DONE, now)
    else:
        carried = undo.take_back(work.hub, target.stakes, target.moves)
        impossible = _why_impossible(carried.hub, target, current.lanes, hold_with)
        if impossible is not None:
            _refuse(current, work, resolution, impossible)
            return
        work.take_hub(carried.hub)
        work.conflicts.extend(carried.conflicts)
        done = resolution.carried(now, carried.moves)
        work.decisions.reopened |= _list_reopened(target)
    work.had_open_conflicts = True
    if target.discrepancy_id is not None:
        work.decisions.states[target.discrepancy_id] = (DiscrepancyState.OPEN, None)
    work.decisions.put(done)
    work.decisions.put(target.ended(ResolutionState.UNDONE, now))


def _why_not_undone(work: Deciding, target: Resolution | None, lanes: Lanes) -> str | None:
    if target is None or target.state not in (ResolutionState.WAITING, ResolutionState.DONE):
        return f"It has ended as {target.state}." if target else None
    if target.action is Action.IGNORE:
        return None
    if target.carried_at is None:
        return "It was not carried out."
    if target.agreed:
        return f"Somebody else gave {', '.join(target.agreed)} the same value, and that stands."
    edited = undo.find_edited(work.hub, target.stakes, target.moves)
    if edited:
        return f"{', '.join(edited)} was edited since, and that stands."
    closed = decision.find_closed(work.hub, undo.wanted_back(target.stakes, target.moves), lanes)
    if closed:
        return decision.say_closed(closed)
    if undo.is_final_in_xero(work.hub, target.stakes):
        return "It is voided in Xero, where nothing is edited any more."
    if undo.cannot_part(target.stakes):
        return "Payments and credits are never edited: take one away and add another instead."
    return None


def _list_reopened(target: Resolution) -> dict[str, Conflict]:
    return {
        stake.path: Conflict(
            stake.path,
            ABSENT,
            stake.seen.get(Side.PARTNER, ABSENT),
            stake.seen.get(Side.XERO, ABSENT),
            winner=None,
        )
        for stake in target.stakes
        if stake.was_apart
    }


def judge_decisions(work: Deciding, at: datetime) -> None:
    """Tell what has become of each decision, now that the link stands where it does."""
    # What was kept apart since the decision was carried out holds it up as a hold does.
    is_kept = work.standing.state is State.HELD or work.standing.code == KEPT_APART
    waits_for = work.standing.message if is_kept else None
    for resolution in work.decisions.now:
        judged = judge(resolution, work.hub, waits_for, at)
        work.decisions.put(judged)
        is_over = judged.state is ResolutionState.DONE and resolution.state is ResolutionState.WAITING
        if is_over and judged.action is not Action.UNDO and judged.discrepancy_id is not None:
            work.decisions.states[judged.discrepancy_id] = (DiscrepancyState.RESOLVED, "Decided by a person.")
