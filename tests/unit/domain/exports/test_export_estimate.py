"""What an export costs in calls, and when a budget has made them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.exports.export import Counts, ExportOutcome, Stage
from app.domain.exports.export_estimate import estimate_calls, estimate_end

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEW, THERE, MOVED, SAME = (
    ExportOutcome.CREATED,
    ExportOutcome.ADOPTED,
    ExportOutcome.CHANGED,
    ExportOutcome.UNCHANGED,
)


@pytest.mark.parametrize(
    ("left", "calls"),
    [
        ({}, 0),
        ({Stage.INVOICES: {SAME: 9000, ExportOutcome.SKIPPED: 9000}}, 0),
        # A thousand invoices and their two hundred customers.
        ({Stage.CONTACTS: {NEW: 200}, Stage.INVOICES: {NEW: 1000}}, 4 + 20),
        # The refused write, all contacts in two pages, what each lacks.
        ({Stage.CONTACTS: {THERE: 51}}, 2 + 2 + 2),
        ({Stage.INVOICES: {THERE: 50}}, 1 + 2 + 1),
        ({Stage.INVOICES: {MOVED: 80}}, 2 + 2),
        ({Stage.ITEMS: {NEW: 1}}, 1 + 1),
        ({Stage.PAYMENTS: {NEW: 41}}, 1 + 2),
        # Each is set against its invoice by a call of its own.
        ({Stage.CREDIT_NOTES: {NEW: 3}}, 1 + 3 + 1),
        ({Stage.OVERPAYMENTS: {NEW: 1}}, 1 + 1),
    ],
)
def test_calls_go_in_batches(left: Mapping[Stage, Counts], calls: int) -> None:
    """Fifty to a write, forty to a read; what is in step costs nothing."""
    assert estimate_calls(left, contact_pages=2) == calls


@pytest.mark.parametrize(
    ("calls", "takes"),
    [
        (0, timedelta(0)),
        (50, timedelta(minutes=1)),
        (125, timedelta(minutes=2, seconds=30)),
        (1000, timedelta(minutes=20)),
        # What does not fit into today goes on tomorrow, and the day after.
        (1050, timedelta(days=1, minutes=1)),
        (1000 + 4500, timedelta(days=1, minutes=90)),
        (1000 + 4500 + 50, timedelta(days=2, minutes=1)),
    ],
)
def test_the_end_by_the_budget(calls: int, takes: timedelta) -> None:
    """At the pace of a minute's calls, and no more of a day's than are left."""
    end = estimate_end(NOW, calls, calls_a_minute=50, calls_today=1000, calls_a_day=4500)
    assert end - NOW == takes


def test_a_budget_of_nothing_has_an_end_too() -> None:
    """No division by it."""
    assert estimate_end(NOW, 2, calls_a_minute=0, calls_today=0, calls_a_day=0) > NOW
