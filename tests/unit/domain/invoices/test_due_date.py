"""When an invoice is due whose document does not say."""

from datetime import date
from typing import Any

import pytest

from app.domain.invoices.due_date import find_due_date, with_due_date
from app.domain.xero.organisation import PaymentTerms

SENT: dict[str, Any] = {"status": "sent", "issued_on": "2026-01-31", "due_on": None}


@pytest.mark.parametrize(
    ("day", "kind", "due_on"),
    [
        (14, "DAYSAFTERBILLDATE", "2026-02-14"),
        (10, "DAYSAFTERBILLMONTH", "2026-02-10"),
        (31, "OFFOLLOWINGMONTH", "2026-02-28"),
        (20, "OFFOLLOWINGMONTH", "2026-02-20"),
        (20, "OFCURRENTMONTH", "2026-01-31"),
    ],
)
def test_xeros_terms_name_a_day(day: int, kind: str, due_on: str) -> None:
    """Each of Xero's ways of counting; a short month ends the count, and nothing is due before it is dated."""
    assert find_due_date(date(2026, 1, 31), None, PaymentTerms(day, kind)) == date.fromisoformat(due_on)


def test_the_year_turns_with_the_month() -> None:
    """A December invoice is due in January of the next year."""
    terms = PaymentTerms(15, "OFFOLLOWINGMONTH")
    assert find_due_date(date(2026, 12, 3), None, terms) == date(2027, 1, 15)


def test_the_connections_own_days_come_first() -> None:
    """What the business chose here stands before Xero's terms, and a day of nought is the day itself."""
    assert find_due_date(date(2026, 1, 31), 0, PaymentTerms(14, "DAYSAFTERBILLDATE")) == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("due_days", "terms"),
    [
        (7, None),
        (None, PaymentTerms(7, "DAYSAFTERBILLDATE")),
        (None, PaymentTerms(1, "DAYSAFTERBILLMONTH")),
        (None, PaymentTerms(20, "OFFOLLOWINGMONTH")),
    ],
)
def test_past_the_last_day_of_the_calendar_there_is_none(
    due_days: int | None, terms: PaymentTerms | None
) -> None:
    """9999-12-31 is what an app says that knows no date: nothing is due after it, and nothing fails for it."""
    assert find_due_date(date(9999, 12, 31), due_days, terms) is None


@pytest.mark.parametrize("terms", [None, PaymentTerms(3, "ANEWWORD")])
def test_without_terms_that_can_be_read_nothing_is_guessed(terms: PaymentTerms | None) -> None:
    """No terms, or a word of Xero's that is new: the due date stays unsaid."""
    assert with_due_date(SENT, None, terms) == SENT


@pytest.mark.parametrize(
    "record",
    [SENT | {"due_on": "2026-02-02"}, SENT | {"status": "draft"}, SENT | {"status": "cancelled"}, {}],
)
def test_only_a_sent_invoice_without_a_date_is_given_one(record: dict[str, Any]) -> None:
    """A date that was said stays; a draft, a cancelled and an empty record wait."""
    assert with_due_date(record, 7, None) == record
    assert with_due_date(SENT, 7, None)["due_on"] == "2026-02-07"
