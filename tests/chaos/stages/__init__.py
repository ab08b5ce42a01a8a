"""The stages, in order: a point that several pass is died at in the first of them."""

from tests.chaos.stages import (
    calls,
    contacts_and_credits,
    deliveries,
    doubts,
    exporting,
    intake,
    losses,
    lost_events,
    partner_reads,
    refresh,
    removal,
    rotation,
    set_times,
    storm,
    timers,
    trials,
    work,
)
from tests.chaos.stages.stage import Stage

STAGES: tuple[Stage, ...] = (
    refresh.STAGE,
    refresh.UNANSWERED,
    work.STAGE,
    intake.STAGE,
    calls.STAGE,
    *exporting.STAGES,
    *deliveries.STAGES,
    *losses.STAGES,
    contacts_and_credits.STAGE,
    doubts.STAGE,
    storm.STAGE,
    set_times.STAGE,
    lost_events.STAGE,
    timers.STAGE,
    trials.STAGE,
    *partner_reads.STAGES,
    removal.STAGE,
    rotation.STAGE,
)
