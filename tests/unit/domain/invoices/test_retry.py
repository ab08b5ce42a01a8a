"""When a held link is looked at again by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.invoices.retry import next_retry
from app.domain.xero.part import FACT_CODES

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LAST_DAY = datetime(2026, 12, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("code", sorted(FACT_CODES | {"contact_archived", "missing_in_xero"}))
def test_what_may_lift_unseen_is_looked_at_daily(code: str) -> None:
    """Facts that moved there and back between two reads, a contact that was restored without an event, an invoice that
    two reads did not show.
    """
    assert next_retry(code, NOON) == NOON + timedelta(days=1)


def test_a_plans_limit_is_tried_at_the_turn_of_the_month() -> None:
    """Xero counts approved invoices by the month (FACTS 4.8)."""
    assert next_retry("plan_limit", LAST_DAY) == datetime(2027, 1, 1, tzinfo=UTC)
    assert next_retry("plan_limit", NOON) == NOON + timedelta(days=1)


def test_a_key_that_xero_remembers_is_waited_for() -> None:
    """It forgets after six minutes (FACTS 4.9)."""
    again = next_retry("idempotency_conflict", NOON)
    assert again is not None
    assert timedelta(minutes=6) < again - NOON < timedelta(hours=1)


def test_what_came_late_is_read_again_soon() -> None:
    """A moment later Xero shows what it has."""
    again = next_retry("older_in_xero", NOON)
    assert again is not None
    assert timedelta() < again - NOON < timedelta(hours=1)


@pytest.mark.parametrize("code", [None, "refused_by_xero", "number_taken", "conflict_held", "paid_locked"])
def test_what_lifts_only_with_a_trigger_waits_for_it(code: str | None) -> None:
    """Nothing is sent again before its cause can have lifted."""
    assert next_retry(code, NOON) is None
