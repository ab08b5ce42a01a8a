"""Dates, amounts and the clock, without a server."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.sandbox.xero.books.amounts import cents, places
from app.sandbox.xero.books.totals import build_line_amount, build_line_tax, build_totals
from app.sandbox.xero.forms import dates
from app.sandbox.xero.forms.clock import Clock

INSTANT = datetime(2018, 11, 2, 16, 31, 30, 160_000, tzinfo=UTC)


def test_one_instant_in_all_of_xeros_forms() -> None:
    """The values of the specification's own example."""
    assert dates.net_instant(INSTANT) == "/Date(1541176290160+0000)/"
    assert dates.net_instant_bare(INSTANT) == "/Date(1541176290160)/"
    assert dates.utc_string(INSTANT) == "2018-11-02T16:31:30+00:00"
    assert dates.event_instant(INSTANT) == "2018-11-02T16:31:30.160"
    assert dates.seven_digits(INSTANT) == "2018-11-02T16:31:30.1600000"
    assert dates.net_date(date(2018, 10, 20)) == "/Date(1539993600000+0000)/"
    assert dates.date_string(date(2018, 10, 20)) == "2018-10-20T00:00:00"


@pytest.mark.parametrize("text", ["", "20/11/2026", "2026-13-01", "/Date(x)/"])
def test_other_forms_of_dates_are_no_dates(text: str) -> None:
    """They raise, they are not guessed at."""
    with pytest.raises(ValueError, match=r".*"):
        dates.parse_date(text)


def test_rounding_is_half_up_away_from_zero() -> None:
    """Cents for sums, four places for prices."""
    assert [cents(Decimal(text)) for text in ("0.005", "-0.005", "0.0049")] == [
        Decimal("0.01"),
        Decimal("-0.01"),
        Decimal("0.00"),
    ]
    assert places(Decimal("0.12345"), 4) == Decimal("0.1235")


def test_sums_of_a_document() -> None:
    """Exclusive adds the tax, Inclusive takes it out, NoTax has none."""
    amount = build_line_amount(Decimal(3), Decimal("33.333"), None, None)
    assert amount == Decimal("100.00")
    assert build_line_tax(amount, Decimal(10), "Exclusive") == Decimal("10.00")
    assert build_line_tax(amount, Decimal(10), "Inclusive") == Decimal("9.09")
    assert build_line_tax(amount, Decimal(10), "NoTax") == 0
    totals = build_totals([(amount, Decimal("9.09"))], "Inclusive")
    assert (totals.sub_total, totals.total_tax, totals.total) == (
        Decimal("90.91"),
        Decimal("9.09"),
        Decimal("100.00"),
    )


def test_the_clock_stamps_strictly_later_and_never_goes_back() -> None:
    """Two changes in one millisecond get two instants."""
    clock = Clock()
    first = clock.stamp()
    future = first + timedelta(hours=1)
    assert clock.stamp(future) == future + timedelta(milliseconds=1)
    assert clock.advance(timedelta(days=1)) > first + timedelta(hours=23)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))
