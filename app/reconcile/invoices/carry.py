"""Decisions about invoices, carried out at the start of a round, one after another in the order they were taken."""

from collections.abc import Sequence

from app.domain.findings.resolution import Action, Resolution
from app.reconcile.decisions import carry_decision, load_decisions
from app.reconcile.invoices.relink import relink, unlink
from app.reconcile.round import Round
from app.reconcile.work import Work


async def carry_invoice_decisions(current: Round, works: Sequence[Work]) -> None:
    """Carry out the decisions of these links that wait; a failure of ours holds the one link."""
    deciding = {work.link_id for work in await load_decisions(current, works)}
    claimed: set[str] = set()
    for work in works:
        if work.link_id not in deciding:
            continue
        for resolution in [each for each in work.decisions.now if each.waits_to_be_carried]:
            await _carry(current, work, resolution, claimed)


async def _carry(current: Round, work: Work, resolution: Resolution, claimed: set[str]) -> None:
    target = work.decisions.find_target(resolution) if resolution.action is Action.UNDO else None
    if resolution.action is Action.RELINK:
        await relink(current, work, resolution, claimed)
    elif target is not None and target.action is Action.RELINK:
        await unlink(current, work, resolution, target)
    else:
        with work.guarded():
            carry_decision(current, work, resolution, lambda hub: work.hold_with(current.terms, hub))
