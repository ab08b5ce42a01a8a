"""What Xero says is left, and how long it asks to wait."""

from datetime import timedelta

import pytest
from urllib3 import HTTPHeaderDict

from app.xero.budget import Remaining, read_rate_limit, read_remaining


def test_the_remaining_calls_are_read_whatever_the_case_of_the_headers() -> None:
    """The names of headers have no case."""
    headers = HTTPHeaderDict(
        {"x-minlimit-remaining": "59", "X-DAYLIMIT-REMAINING": "4999", "X-AppMinLimit-Remaining": "9999"}
    )
    assert read_remaining(headers) == Remaining(minute=59, day=4999, app_minute=9999)


def test_what_xero_does_not_say_is_unknown() -> None:
    """Absent and unreadable headers are None, never zero."""
    assert read_remaining(HTTPHeaderDict({"X-DayLimit-Remaining": "many"})) == Remaining(None, None, None)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "17"}, 17),
        ({"X-Rate-Limit-Problem": "day", "Retry-After": "73451"}, 73451),
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "0"}, 1),
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "1.2"}, 2),
        ({"X-Rate-Limit-Problem": "concurrent"}, 1),
        ({"X-Rate-Limit-Problem": "DayLimit"}, 3600),
        ({"X-Rate-Limit-Problem": "appminute"}, 60),
        ({"X-Rate-Limit-Problem": "day", "Retry-After": "86400"}, 86400),
        ({"X-Rate-Limit-Problem": "day", "Retry-After": "1e9"}, 3600),
        ({"Retry-After": "1e300"}, 60),
        ({"Retry-After": "-1e300"}, 1),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:00 GMT"}, 60),
        ({}, 60),
    ],
)
def test_a_429_says_how_long_to_wait_or_a_sensible_span_is_taken(headers: dict[str, str], wait: int) -> None:
    """Retry-After is promised for the minute and day limits alone (FACTS 2)."""
    error = read_rate_limit(HTTPHeaderDict(headers))
    assert error.retry_after == timedelta(seconds=wait)
    assert error.problem == headers.get("X-Rate-Limit-Problem", "unknown")
