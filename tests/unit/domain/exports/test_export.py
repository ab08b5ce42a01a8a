"""What an export looks at, what may be ordered of it, and how its progress is summed up."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.domain.exports.export import (
    STAGE_OF,
    Days,
    Export,
    ExportOutcome,
    ExportState,
    Order,
    Stage,
    StageProgress,
    Tally,
    ThingKind,
    choose_stages,
    find_move,
    progress_from_json,
    progress_to_json,
    sum_up,
)

BEFORE_PAYMENTS = (Stage.CONTACTS, Stage.ITEMS, Stage.INVOICES)
EXPORT = Export(
    id=uuid4(),
    connection_id=uuid4(),
    state=ExportState.RUNNING,
    stages=BEFORE_PAYMENTS,
    implied=(),
    issued=Days(),
    all_contacts=False,
    dry_run=False,
    note=None,
    number=1,
    created_at=datetime(2026, 11, 20, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("asked", "stages", "implied"),
    [
        ({Stage.CONTACTS}, (Stage.CONTACTS,), ()),
        ({Stage.ITEMS}, (Stage.ITEMS,), ()),
        ({Stage.ITEMS, Stage.CONTACTS}, (Stage.CONTACTS, Stage.ITEMS), ()),
        ({Stage.INVOICES}, BEFORE_PAYMENTS, (Stage.CONTACTS, Stage.ITEMS)),
        ({Stage.PAYMENTS}, (*BEFORE_PAYMENTS, Stage.PAYMENTS), BEFORE_PAYMENTS),
        ({Stage.CREDIT_NOTES}, (*BEFORE_PAYMENTS, Stage.CREDIT_NOTES), BEFORE_PAYMENTS),
        ({Stage.OVERPAYMENTS}, tuple(Stage), tuple(Stage)[:-1]),
        (set(Stage), tuple(Stage), ()),
    ],
)
def test_a_stage_implies_what_it_needs_and_the_last_one_all(
    asked: set[Stage], stages: tuple[Stage, ...], implied: tuple[Stage, ...]
) -> None:
    """In the order of the stages, whatever order they were asked for in (I14)."""
    chosen = choose_stages(asked)
    assert (chosen.stages, chosen.implied) == (stages, implied)


def test_every_kind_of_thing_has_its_stage() -> None:
    """And no stage is without things."""
    assert set(STAGE_OF) == set(ThingKind)
    assert set(STAGE_OF.values()) == set(Stage)


@pytest.mark.parametrize("state", ExportState)
@pytest.mark.parametrize("order", Order)
def test_an_order_given_twice_changes_nothing_the_second_time(order: Order, state: ExportState) -> None:
    """Where an order leads it leads from there too; what is over stays over."""
    moved = find_move(order, state, is_dry=False)
    if moved is not None:
        assert find_move(order, moved, is_dry=False) is moved
    if state in (ExportState.DONE, ExportState.FAILED):
        assert moved is None


def test_a_dry_run_under_way_cannot_be_started_yet() -> None:
    """It can once it is planned, and be paused and cancelled before."""
    assert find_move(Order.START, ExportState.RUNNING, is_dry=True) is None
    assert find_move(Order.START, ExportState.PLANNED, is_dry=True) is ExportState.RUNNING
    assert find_move(Order.PAUSE, ExportState.RUNNING, is_dry=True) is ExportState.PAUSED
    assert find_move(Order.CANCEL, ExportState.PLANNED, is_dry=True) is ExportState.CANCELLED
    assert find_move(Order.PAUSE, ExportState.PLANNED, is_dry=True) is None


TALLIES = [
    Tally(Stage.CONTACTS, ExportOutcome.CREATED, ExportOutcome.CREATED, 3),
    Tally(Stage.CONTACTS, ExportOutcome.CREATED, ExportOutcome.HELD, 1),
    Tally(Stage.INVOICES, ExportOutcome.CREATED, ExportOutcome.CREATED, 2),
    Tally(Stage.INVOICES, ExportOutcome.CREATED, None, 5),
    Tally(Stage.INVOICES, ExportOutcome.HELD, None, 1),
]


def test_progress_is_summed_up_and_kept() -> None:
    """What is done by its outcome, all by what was foreseen, the rest by what is left; stages without things too."""
    progress = sum_up(BEFORE_PAYMENTS, TALLIES)
    assert progress[Stage.CONTACTS] == StageProgress(
        4, 4, {ExportOutcome.CREATED: 3, ExportOutcome.HELD: 1}, {ExportOutcome.CREATED: 4}, {}
    )
    assert progress[Stage.ITEMS] == StageProgress()
    invoices = progress[Stage.INVOICES]
    assert (invoices.total, invoices.done, invoices.left) == (
        8,
        2,
        {ExportOutcome.CREATED: 5, ExportOutcome.HELD: 1},
    )
    assert progress_from_json(progress_to_json(progress)) == progress


def test_the_stage_is_the_first_that_is_not_done() -> None:
    """None before everything is listed, and none of a dry run; totals are over all stages."""
    export = replace(EXPORT, progress=sum_up(BEFORE_PAYMENTS, TALLIES))
    assert export.stage is None
    listed = replace(export, listed_at=export.created_at)
    assert (listed.stage, listed.done, listed.total) == (Stage.INVOICES, 6, 12)
    assert replace(listed, dry_run=True).stage is None
    assert replace(listed, state=ExportState.DONE).stage is None
