"""What a round leaves for people, recorded with the links it is of: conflicts, attempts, decisions and discrepancies.

One way for invoices and contacts. All of it is written in the fenced transaction that records the links, so a finding
and the hub that it is about are never apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.db.findings.attempts import Attempt, insert_attempts
from app.db.findings.conflicts import FoundConflict, close_conflicts, insert_conflicts, reopen_conflicts
from app.db.findings.discrepancies import (
    KeptDiscrepancy,
    close_discrepancies,
    insert_discrepancies,
    list_left,
    save_state_of_discrepancy,
)
from app.db.findings.open_findings import find_open
from app.db.findings.resolutions import list_done_resolutions, list_uncarried, save_resolutions
from app.db.links.moments import insert_moments
from app.db.postgres.session import ReadSession, WriteSession
from app.domain.connections.settings import ConnectionSettings
from app.domain.findings.discrepancy import Found, find_why_gone
from app.domain.findings.ignoring import list_ignored
from app.domain.record.direction import Lanes
from app.domain.record.merge import Conflict
from app.domain.record.sides import Side
from app.reconcile.decided import Deciding
from app.reconcile.decisions import judge_decisions
from app.reconcile.recording.moments import list_decision_moments
from app.reconcile.round import Round
from app.reconcile.work import NEVER


class Finding(Deciding, Protocol):
    """A link's work with what was found on the way; `discrepancies` are differences for a person."""

    attempts: list[Attempt]
    discrepancies: list[Found]
    is_relinked: bool
    agreed: set[str]

    @property
    def totals_agree(self) -> bool: ...
    @property
    def is_broken(self) -> bool: ...
    def has_left_over(self, path: str, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Open:
    """What waits of the links that are recorded, seen in their transaction.

    `undecided` have a decision that their work has not carried out, as where a create was cut off: they stay behind, so
    that the next round does. One that we failed on waits for its next trigger. `has_discrepancies`: some are not
    resolved.
    """

    undecided: set[UUID]
    has_discrepancies: bool


def has_findings(work: Finding) -> bool:
    """Whether a work has more for `save_findings` to keep than attempts."""
    return bool(
        work.conflicts
        or work.had_open_conflicts
        or work.discrepancies
        or work.agreed
        or not work.decisions.are_none
    )


async def look_for_open(session: ReadSession, works: Sequence[Finding]) -> Open:
    """Whether there are any is one question for both; which they are is asked where there are."""
    link_ids = [work.link_id for work in works]
    found = await find_open(session, link_ids)
    uncarried = await list_uncarried(session, link_ids) if found.has_uncarried else {}
    return Open(_list_undecided(works, uncarried), found.has_left)


def _list_undecided(works: Sequence[Finding], uncarried: Mapping[UUID, set[UUID]]) -> set[UUID]:
    return {
        work.link_id
        for work in works
        if not work.is_broken and work.decisions.leaves(uncarried.get(work.link_id, ()))
    }


async def save_findings(session: WriteSession, current: Round, works: Sequence[Finding], seen: Open) -> None:
    """Keep everything that was found of these links; a second call finds nothing new.

    `seen` is what was open of them in this transaction, before anything was written.
    """
    now = current.clock.now()
    for work in works:
        judge_decisions(work, now)
        work.decisions.meet(work.agreed)
    await _save_conflicts(session, current, works, now)
    await insert_attempts(session, current.connection_id, [a for work in works for a in work.attempts])
    decided = [each for work in works for each in work.decisions.list_news()]
    await save_resolutions(session, decided)
    await _meet_done(session, current, works)
    await insert_moments(session, current.connection_id, list_decision_moments(decided))
    await _save_discrepancies(session, current, works, now, seen)
    for work in works:
        work.conflicts.clear()
        work.attempts.clear()
        work.discrepancies.clear()
        work.agreed.clear()
        work.decisions.saved()
        work.is_relinked = False


async def _meet_done(session: WriteSession, current: Round, works: Sequence[Finding]) -> None:
    """Note of decisions that were done before that somebody has said the same since: an undo leaves that alone."""
    agreed = {work.link_id: work.agreed for work in works if work.agreed}
    own = {each.id for work in works for each in work.decisions.now}
    done = await list_done_resolutions(session, current.connection_id, list(agreed)) if agreed else []
    met = [(each, each.agreed_at(agreed[each.link_id])) for each in done if each.id not in own]
    await save_resolutions(session, [after for before, after in met if after != before])


async def _save_conflicts(
    session: WriteSession, current: Round, works: Sequence[Finding], now: datetime
) -> None:
    settings = current.connection.settings
    found = [_found(work, conflict, settings) for work in works for conflict in work.conflicts]
    for work in works:
        if work.is_relinked:
            # What is in dispute with the one that it is now is another conflict, at the same path too.
            await close_conflicts(session, work.link_id, (), (), now)
        if work.decisions.reopened:
            paths = await reopen_conflicts(session, work.link_id, work.decisions.reopened)
            anew = [conflict for path, conflict in work.decisions.reopened.items() if path not in paths]
            found += [_found(work, conflict, settings) for conflict in anew]
    await insert_conflicts(session, current.connection_id, found, now)
    for work in works:
        if work.had_open_conflicts:
            still_open, ignored = sorted(work.hub.open_conflicts), sorted(list_ignored(work.hub))
            await close_conflicts(session, work.link_id, still_open, ignored, now)


def _found(work: Finding, conflict: Conflict, settings: ConnectionSettings) -> FoundConflict:
    policy, name = settings.find_decider(conflict.decided_at or conflict.path)
    at = {side: None if moved == NEVER else moved for side, moved in work.moved_at.items()}
    partner_at, xero_at = at[Side.PARTNER], at[Side.XERO]
    return FoundConflict(work.link_id, work.hub.revision, policy, conflict, partner_at, xero_at, name)


async def _save_discrepancies(
    session: WriteSession, current: Round, works: Sequence[Finding], now: datetime, seen: Open
) -> None:
    """What was found is kept, what was decided has its state, and what is gone by now closes."""
    found = [(work.link_id, each) for work in works for each in work.discrepancies]
    await insert_discrepancies(session, current.connection_id, found, now)
    for work in works:
        for number, (state, reason) in work.decisions.states.items():
            await save_state_of_discrepancy(session, number, state, reason, now)
    if not (found or seen.has_discrepancies or any(work.decisions.states for work in works)):
        return
    by_id = {work.link_id: work for work in works}
    left = await list_left(session, by_id)
    await close_discrepancies(session, _list_gone(left, by_id, current.lanes), now)


def _list_gone(
    left: Iterable[KeptDiscrepancy], works: Mapping[UUID, Finding], lanes: Lanes
) -> dict[int, str]:
    """Why, of those whose cause is gone."""
    gone: dict[int, str] = {}
    for kept in left:
        work = works[kept.link_id]
        why = find_why_gone(
            kept.kind,
            kept.path,
            kept.values,
            work.hub,
            work.standing.code,
            totals_agree=work.totals_agree,
            has_left_over=work.has_left_over(kept.path),
            is_relinked=work.is_relinked,
            lanes=lanes,
        )
        if why is not None:
            gone[kept.id] = why
    return gone
