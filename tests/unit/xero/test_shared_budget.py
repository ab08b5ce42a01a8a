"""What a budget makes of Xero's words, and which windows it counts."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.xero.budget import Allowance
from app.xero.shared_budget import build_rates, find_closed, find_used_up, read_left

NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
NOTHING = Allowance(0, 0, 0)
RESERVE = Allowance().reserve


def told(age: timedelta = timedelta(), *, minute: int | None = 50, day: int | None = 4000) -> bytes:
    """What Xero said after call 7."""
    at = (NOW - age).isoformat()
    return json.dumps({"number": 7, "at": at, "minute": minute, "day": day}).encode()


@pytest.mark.parametrize(
    ("minute", "day", "windows"),
    [(60, 5000, [60, 5000]), (60, 1000, [60, 1000]), (100_000, 5000, [5000]), (2, 5000, [2])],
)
def test_a_window_that_cannot_be_met_is_left_out(minute: int, day: int, windows: list[int]) -> None:
    """A lifted minute leaves the day; so few a minute that the day is never met leave the minute."""
    assert [rate.limit for rate in build_rates(minute, day)] == windows


def test_a_bulk_leaves_a_sixth_of_the_minute_and_a_tenth_of_the_day() -> None:
    """Ten and five hundred of what Xero allows most organisations; no more where limits are lifted."""
    assert Allowance().for_bulk == Allowance(50, 4500, 9000)
    assert Allowance(day=1000).for_bulk.day == 900
    assert Allowance(100_000, 100_000, 100_000).reserve == Allowance(10, 500, 1000)
    assert Allowance(1, 1, 1).for_bulk == Allowance(1, 1, 1)


def test_calls_made_since_are_taken_off_what_xero_said() -> None:
    """Fifty were left after call 7, so call 57 was the last of them; the word lasts a minute."""
    assert find_used_up(told(), 56, NOTHING, NOW) is None
    refused = find_used_up(told(timedelta(seconds=10)), 57, NOTHING, NOW)
    assert refused is not None
    assert (refused.problem, refused.retry_after) == ("minute", timedelta(seconds=52))
    assert find_used_up(told(timedelta(seconds=62)), 57, NOTHING, NOW) is None


def test_a_bulk_stops_at_the_reserve_of_what_xero_said() -> None:
    """Ten of the minute and five hundred of the day stay for others."""
    assert find_used_up(told(), 46, RESERVE, NOW) is None
    assert find_used_up(told(), 47, RESERVE, NOW) is not None
    refused = find_used_up(told(timedelta(minutes=20), day=500), 7, RESERVE, NOW)
    assert refused is not None
    assert (refused.problem, refused.retry_after) == ("day", timedelta(minutes=40))


def test_only_a_bulk_is_stopped_by_the_reserve() -> None:
    """What it was refused for stays for people, who go on."""
    for_bulk, for_anybody = find_used_up(told(), 47, RESERVE, NOW), find_used_up(told(), 57, NOTHING, NOW)
    assert for_bulk is not None
    assert for_anybody is not None
    assert (for_bulk.spares_people, for_anybody.spares_people) == (True, False)


def test_what_is_left_is_xeros_word_less_the_calls_since() -> None:
    """The minute's word lapses before the day's; nothing is ever less than nothing, or more than was said."""
    left = read_left(told(), 10, NOW)
    assert left is not None
    assert (left.minute, left.day, left.told_at) == (47, 3997, NOW)
    later = read_left(told(timedelta(minutes=2)), 10, NOW)
    assert later is not None
    assert (later.minute, later.day) == (None, 3997)
    assert read_left(told(), 99, NOW) == read_left(told(minute=0, day=3908), 7, NOW)
    assert read_left(told(), 0, NOW) == read_left(told(), 7, NOW)
    assert read_left(None, 7, NOW) is None


def test_where_xero_says_nothing_or_speaks_from_the_future_nothing_is_held_back() -> None:
    """Headers may be missing, and clocks of two machines differ."""
    assert find_used_up(None, 7, NOTHING, NOW) is None
    assert find_used_up(told(minute=None, day=None), 999, NOTHING, NOW) is None
    assert find_used_up(told(-timedelta(hours=1), minute=0), 7, NOTHING, NOW) is None


def test_a_refusal_lasts_until_the_moment_that_xero_named() -> None:
    """Not a second longer."""
    said = json.dumps({"until": (NOW + timedelta(seconds=9)).isoformat(), "problem": "day"}).encode()
    refused = find_closed(said, NOW)
    assert refused is not None
    assert (refused.problem, refused.retry_after) == ("day", timedelta(seconds=9))
    assert find_closed(said, NOW + timedelta(seconds=9)) is None
    assert find_closed(None, NOW) is None
