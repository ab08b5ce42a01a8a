"""What came of a thing: each row of the table."""

import pytest

from app.domain.exports.export import ExportOutcome
from app.domain.exports.export_outcome import Tried, judge_link, judge_part, list_moved
from app.domain.invoices.link import Standing, State

SETTLED = Standing(State.SETTLED)
AWAITING = Standing(State.BEHIND, "awaiting_partner", "On its way.", "Look at the webhook.")
HELD = Standing(State.HELD, "tax_unmapped", "The tax is not mapped.", "Map it.")
DRAFT = Standing(State.SETTLED, "draft_stays_home", "A draft stays in the app.")

CREATED, UPDATED, PAID = (
    Tried("create", "done"),
    Tried("update", "done", ("reference",)),
    Tried("pay", "done"),
)
ARRIVED, JOINED = Tried("create", "adopted"), Tried("link", "adopted")
REFUSED = Tried("update", "refused", ("due_on",))


@pytest.mark.parametrize(
    ("was", "is_", "standing", "tried", "outcome"),
    [
        (False, True, SETTLED, [CREATED], ExportOutcome.CREATED),
        (False, True, AWAITING, [CREATED, UPDATED], ExportOutcome.CREATED),
        (False, True, HELD, [CREATED], ExportOutcome.CREATED),
        # Its answer was lost and it was found again: it is ours, and was made.
        (False, True, SETTLED, [ARRIVED], ExportOutcome.CREATED),
        (False, True, SETTLED, [JOINED], ExportOutcome.ADOPTED),
        (False, True, SETTLED, [JOINED, UPDATED], ExportOutcome.ADOPTED),
        # Somebody else brought it there meanwhile.
        (False, True, SETTLED, [], ExportOutcome.CREATED),
        (False, False, HELD, [], ExportOutcome.HELD),
        (True, True, HELD, [UPDATED, REFUSED], ExportOutcome.HELD),
        (False, False, DRAFT, [], ExportOutcome.SKIPPED),
        (False, False, AWAITING, [], ExportOutcome.SKIPPED),
        (True, True, SETTLED, [UPDATED], ExportOutcome.CHANGED),
        (True, True, AWAITING, [PAID], ExportOutcome.CHANGED),
        (True, True, SETTLED, [], ExportOutcome.UNCHANGED),
        (True, True, SETTLED, [REFUSED], ExportOutcome.UNCHANGED),
        (True, True, AWAITING, [], ExportOutcome.UNCHANGED),
    ],
)
def test_the_outcome_of_a_link(
    was: bool, is_: bool, standing: Standing, tried: list[Tried], outcome: ExportOutcome
) -> None:
    """Told by where it stood, where it stands and what was tried; the link's own reason stands beside it."""
    result = judge_link(was, is_, standing, tried)
    assert result.outcome is outcome
    assert (result.code, result.message, result.cure) == (standing.code, standing.message, standing.cure)


@pytest.mark.parametrize(
    ("was", "is_", "wanted", "standing", "outcome", "code"),
    [
        (True, True, True, SETTLED, ExportOutcome.UNCHANGED, None),
        (False, True, True, HELD, ExportOutcome.CREATED, None),
        (False, False, True, HELD, ExportOutcome.HELD, "tax_unmapped"),
        (False, False, True, DRAFT, ExportOutcome.SKIPPED, "draft_stays_home"),
        (False, False, False, SETTLED, ExportOutcome.SKIPPED, "gone_from_app"),
        (True, False, False, SETTLED, ExportOutcome.SKIPPED, "gone_from_app"),
    ],
)
def test_the_outcome_of_a_payment_or_a_credit(
    was: bool, is_: bool, wanted: bool, standing: Standing, outcome: ExportOutcome, code: str | None
) -> None:
    """It follows its invoice where it did not get to Xero."""
    result = judge_part(was, is_, wanted, standing)
    assert (result.outcome, result.code) == (outcome, code)


def test_what_an_adopted_invoice_brings_was_not_made() -> None:
    """A payment of it that was made afterwards was."""
    made = Tried("pay", "done", ("payments/p1",))
    parts = [
        judge_part(False, True, True, SETTLED, [JOINED, made], f"payments/{key}") for key in ("p1", "p2")
    ]
    assert [part.outcome for part in parts] == [ExportOutcome.CREATED, ExportOutcome.ADOPTED]


def test_what_moved_is_what_was_written() -> None:
    """A refused write moved nothing."""
    assert list_moved([UPDATED, REFUSED, CREATED]) == ("reference",)
