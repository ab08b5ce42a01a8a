"""An export: a look at everything in scope, stage by stage, on demand (FEATURES I13, I14, I15, N11).

Every stored document travels by itself, so an export invents no second way to Xero. It makes what is in scope due, in
portions, and records what came of each thing. A dry run does all of that but the making due: its things say what would
come of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Stage(StrEnum):
    """What an export looks at, in this order."""

    CONTACTS = "contacts"
    ITEMS = "items"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    CREDIT_NOTES = "credit_notes"
    OVERPAYMENTS = "overpayments"


_NEEDS: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.CONTACTS: (),
    Stage.ITEMS: (),
    Stage.INVOICES: (Stage.CONTACTS, Stage.ITEMS),
    Stage.PAYMENTS: (Stage.INVOICES,),
    Stage.CREDIT_NOTES: (Stage.INVOICES,),
    # What a payment exceeds is known only where credits have been taken off first.
    Stage.OVERPAYMENTS: (Stage.PAYMENTS, Stage.CREDIT_NOTES),
}


class ThingKind(StrEnum):
    """What one thing of an export is. A payment or a credit is a part of its invoice's link."""

    CONTACT = "contact"
    ITEM = "item"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CREDIT_NOTE = "credit_note"
    PREPAYMENT = "prepayment"
    OVERPAYMENT = "overpayment"


STAGE_OF: Mapping[ThingKind, Stage] = {
    ThingKind.CONTACT: Stage.CONTACTS,
    ThingKind.ITEM: Stage.ITEMS,
    ThingKind.INVOICE: Stage.INVOICES,
    ThingKind.PAYMENT: Stage.PAYMENTS,
    ThingKind.CREDIT_NOTE: Stage.CREDIT_NOTES,
    ThingKind.PREPAYMENT: Stage.CREDIT_NOTES,
    ThingKind.OVERPAYMENT: Stage.OVERPAYMENTS,
}
"""A deposit stands among the credit notes: both lower what is due without being a payment."""


class ExportOutcome(StrEnum):
    """What came of a thing, or would come of it.

    created: made in Xero. adopted: it was there already, and is the same. changed: Xero's was brought up to the app's.
    unchanged: in step before. held: waits for a cause to be lifted. skipped: it does not go, and the reason says why.
    """

    CREATED = "created"
    ADOPTED = "adopted"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    HELD = "held"
    SKIPPED = "skipped"


class ExportState(StrEnum):
    """running: its things are listed, then carried out. planned: a dry run is done and can be started. paused: waits
    for somebody. done, cancelled and failed are final.
    """

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


UNDER_WAY = (ExportState.RUNNING, ExportState.PAUSED)
"""A connection has one export in these states at the most."""

AT_REST = (ExportState.PLANNED, ExportState.DONE, ExportState.CANCELLED, ExportState.FAILED)
"""Nothing more comes of it by itself."""


class Order(StrEnum):
    """What somebody may say of an export."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


_MOVES: Mapping[Order, Mapping[ExportState, ExportState]] = {
    Order.START: {ExportState.PLANNED: ExportState.RUNNING, ExportState.RUNNING: ExportState.RUNNING},
    Order.PAUSE: {ExportState.RUNNING: ExportState.PAUSED, ExportState.PAUSED: ExportState.PAUSED},
    Order.RESUME: {ExportState.PAUSED: ExportState.RUNNING, ExportState.RUNNING: ExportState.RUNNING},
    Order.CANCEL: dict.fromkeys(
        (ExportState.PLANNED, ExportState.RUNNING, ExportState.PAUSED, ExportState.CANCELLED),
        ExportState.CANCELLED,
    ),
}


def find_move(order: Order, state: ExportState, *, is_dry: bool) -> ExportState | None:
    """Where an order leads from a state; None where it makes no sense. Given twice, it changes nothing the second time.

    A dry run that is under way can be paused and cancelled; it is started once it is planned.
    """
    if order is Order.START and state is ExportState.RUNNING and is_dry:
        return None
    return _MOVES[order].get(state)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The stages of an export in their order, and those of them that nobody asked for but that the others need."""

    stages: tuple[Stage, ...]
    implied: tuple[Stage, ...]


def choose_stages(asked: Collection[Stage]) -> Chosen:
    """The stages asked for, with all that they need."""
    wanted, left = set[Stage](), list(asked)
    while left:
        stage = left.pop()
        if stage not in wanted:
            wanted.add(stage)
            left += _NEEDS[stage]
    stages = tuple(stage for stage in Stage if stage in wanted)
    return Chosen(stages, tuple(stage for stage in stages if stage not in asked))


Counts = Mapping[ExportOutcome, int]


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far one stage is: `outcomes` of what is done, `foreseen` of everything as it was planned, and of that `left`,
    which is not done yet.
    """

    total: int = 0
    done: int = 0
    outcomes: Counts = field(default_factory=dict)
    foreseen: Counts = field(default_factory=dict)
    left: Counts = field(default_factory=dict)


Progress = Mapping[Stage, StageProgress]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many things of a stage were planned so and came out so; `outcome` is None of what is not done."""

    stage: Stage
    planned: ExportOutcome
    outcome: ExportOutcome | None
    things: int


def sum_up(stages: Collection[Stage], tallies: Collection[Tally]) -> dict[Stage, StageProgress]:
    """The progress that these tallies come to; a stage without any thing has zeros."""
    return {stage: _sum_stage([tally for tally in tallies if tally.stage is stage]) for stage in stages}


def _sum_stage(tallies: Collection[Tally]) -> StageProgress:
    outcomes, foreseen, left = (
        dict[ExportOutcome, int](),
        dict[ExportOutcome, int](),
        dict[ExportOutcome, int](),
    )
    for tally in tallies:
        foreseen[tally.planned] = foreseen.get(tally.planned, 0) + tally.things
        if tally.outcome is None:
            left[tally.planned] = left.get(tally.planned, 0) + tally.things
        else:
            outcomes[tally.outcome] = outcomes.get(tally.outcome, 0) + tally.things
    return StageProgress(sum(foreseen.values()), sum(outcomes.values()), outcomes, foreseen, left)


def progress_to_json(progress: Progress) -> dict[str, Any]:
    """The progress as the export's row keeps it."""
    return {
        stage.value: {
            "total": each.total,
            "done": each.done,
            **{name: dict(getattr(each, name)) for name in ("outcomes", "foreseen", "left")},
        }
        for stage, each in progress.items()
    }


def progress_from_json(kept: Mapping[str, Any]) -> dict[Stage, StageProgress]:
    """What `progress_to_json` kept, in the order of the stages: PostgreSQL's JSON has an order of its own."""
    return {stage: _stage_from_json(kept[stage]) for stage in Stage if stage in kept}


def _stage_from_json(kept: Mapping[str, Any]) -> StageProgress:
    outcomes, foreseen, left = (
        {ExportOutcome(outcome): things for outcome, things in kept[name].items()}
        for name in ("outcomes", "foreseen", "left")
    )
    return StageProgress(kept["total"], kept["done"], outcomes, foreseen, left)


@dataclass(frozen=True, slots=True)
class Days:
    """From a day to a day, both within; None: without an end there."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """One run.

    `dry_run`: nothing is to be carried out, until somebody starts it. `issued`: the days of which invoices are
    looked at. `all_contacts`: also customers without a sent invoice. `cursor` is how far the listing of
    its things has come and `found` what that saw in Xero, until `listed_at`. `is_portion_open`: things of it are due
    whose outcome is not recorded yet. `number` grows with everything that there is to show. `calls_spent` are calls
    made while it was worked on. `reason_code` and `reason` say why it failed; `stumbles` counts failures of ours in a
    row.
    """

    id: UUID
    connection_id: UUID
    state: ExportState
    stages: tuple[Stage, ...]
    implied: tuple[Stage, ...]
    issued: Days
    all_contacts: bool
    dry_run: bool
    note: str | None
    number: int
    created_at: datetime
    progress: Progress = field(default_factory=dict)
    cursor: Mapping[str, Any] | None = None
    found: Mapping[str, Any] = field(default_factory=dict)
    is_portion_open: bool = False
    calls_spent: int = 0
    stumbles: int = 0
    reason_code: str | None = None
    reason: str | None = None
    listed_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def position(self) -> tuple[datetime, UUID]:
        """Its place in the list of a connection's exports."""
        return self.created_at, self.id

    @property
    def only_looks(self) -> bool:
        """Whether it is a dry run that nobody has started, so that nothing of it is made due."""
        return self.dry_run and not self.is_portion_open

    @property
    def total(self) -> int:
        """How many things it has, as far as they are listed."""
        return sum(each.total for each in self.progress.values())

    @property
    def done(self) -> int:
        """How many of them have their outcome."""
        return sum(each.done for each in self.progress.values())

    @property
    def stage(self) -> Stage | None:
        """The stage that is being carried out; None before that and after it."""
        if self.dry_run or self.listed_at is None or self.state not in UNDER_WAY:
            return None
        return next((stage for stage, each in self.progress.items() if each.done < each.total), None)
