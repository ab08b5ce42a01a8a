"""Decisions about contacts, carried out when their work starts. To relink one is a choice, as by a link by hand."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.contacts.contact_link import ContactLink
from app.domain.findings.resolution import Action, Resolution, ResolutionState
from app.reconcile.contacts.work import ContactWork, take_said
from app.reconcile.decisions import carry_decision, load_decisions
from app.reconcile.round import Round

CANNOT_BE_UNLINKED = (
    "The contact of before has a link of its own by now: choose it by hand, once that is free."
)


async def start_work(current: Round, links: Sequence[ContactLink]) -> list[ContactWork]:
    """The works of these links: what people decided is carried out, and what the partner said is taken in."""
    works = [ContactWork(link) for link in links]
    await carry_contact_decisions(current, works)
    take_said(current, works)
    return works


async def carry_contact_decisions(current: Round, works: Sequence[ContactWork]) -> None:
    """Carry out the decisions that wait; one to relink is put on its link as the contact that is wanted."""
    deciding = {work.link_id for work in await load_decisions(current, works)}
    for work in works:
        if work.link_id in deciding:
            for resolution in [each for each in work.decisions.now if each.waits_to_be_carried]:
                _carry(current, work, resolution)


def _carry(current: Round, work: ContactWork, resolution: Resolution) -> None:
    target = work.decisions.find_target(resolution) if resolution.action is Action.UNDO else None
    if resolution.action is Action.RELINK:
        is_shared = resolution.is_shared
        work.link = replace(work.link, wanted_xero_id=resolution.xero_id, wanted_is_shared=is_shared)
    elif target is not None and target.action is Action.RELINK:
        now = current.clock.now()
        work.decisions.put(resolution.ended(ResolutionState.NOT_POSSIBLE, now, CANNOT_BE_UNLINKED))
    else:
        with work.guarded():
            carry_decision(current, work, resolution, lambda hub: work.hold_with(current.lanes, hub))


def end_relinks(current: Round, works: Sequence[ContactWork]) -> None:
    """Say what came of the wishes to link contacts anew; one that cannot be holds nothing, for it is told here."""
    now = current.clock.now()
    for work in works:
        for resolution in [each for each in work.decisions.now if _was_tried(each)]:
            if work.link.xero_contact_id == resolution.xero_id:
                done = resolution.carried(now, {}).ended(ResolutionState.DONE, now)
            else:
                why = work.refusal.message if work.refusal else "It was linked to another contact meanwhile."
                done = resolution.ended(ResolutionState.NOT_POSSIBLE, now, why)
                work.refusal = None
            work.decisions.put(done)


def _was_tried(resolution: Resolution) -> bool:
    return resolution.action is Action.RELINK and resolution.waits_to_be_carried
