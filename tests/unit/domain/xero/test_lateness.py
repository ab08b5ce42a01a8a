"""Which reads are from before what Xero has shown already."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.xero.lateness import is_from_before

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MOMENT, DAY = timedelta(milliseconds=1), timedelta(days=1)


@pytest.mark.parametrize("since", [timedelta(), timedelta(hours=23), -timedelta(hours=23)])
def test_what_was_moved_before_what_is_known_is_from_before(since: timedelta) -> None:
    """By Xero's clock alone, which may be ahead of ours."""
    assert is_from_before(NOON - MOMENT, NOON, NOON + since)


@pytest.mark.parametrize("shown_at", [NOON, NOON + MOMENT, None])
def test_what_is_as_new_or_has_no_date_is_believed(shown_at: datetime | None) -> None:
    """Not every change moves the date (FACTS 0.10)."""
    assert not is_from_before(shown_at, NOON, NOON)


def test_a_time_in_whole_seconds_may_be_any_moment_of_its_second() -> None:
    """An edit made 0.9 s past noon and told as of noon is later than one known of 0.7 s past it (FACTS 4.5)."""
    known_at = NOON + 700 * MOMENT
    assert not is_from_before(NOON, known_at, NOON)
    assert is_from_before(NOON - timedelta(seconds=1), known_at, NOON)
    assert is_from_before(NOON + 699 * MOMENT, known_at, NOON)


@pytest.mark.parametrize("known_at", [NOON - DAY, NOON + DAY, None])
def test_what_xero_shows_for_a_day_is_believed_and_so_it_is_beside_a_clock_far_off(
    known_at: datetime | None,
) -> None:
    """Nothing waits for ever, and nothing for what never was."""
    assert not is_from_before(NOON - 2 * DAY, known_at, NOON)
