"""When an invoice is due whose document does not say: by the connection's own terms, else by the organisation's.

Xero wants a due date on every approved invoice. The words for what the day counts from are Xero's (FACTS 5); one that
is not known gives no date, and the invoice is held for somebody to say.
"""

from calendar import monthrange
from datetime import date, timedelta

from app.domain.record.fields import Fields, Value
from app.domain.record.sides import Status
from app.domain.xero.organisation import PaymentTerms


def with_due_date(record: Fields, due_days: int | None, terms: PaymentTerms | None) -> dict[str, Value]:
    """The record of an invoice that was sent, due by the terms if nobody said when; any other as it is."""
    issued_on = record.get("issued_on")
    if record.get("due_on") is not None or issued_on is None or record.get("status") != Status.SENT:
        return dict(record)
    due_on = find_due_date(date.fromisoformat(issued_on), due_days, terms)
    return {**record, "due_on": due_on.isoformat()} if due_on else dict(record)


def find_due_date(issued_on: date, due_days: int | None, terms: PaymentTerms | None) -> date | None:
    """The day by those terms, never before the invoice's own; None where nothing is said that can be read, or where the
    calendar ends before: 9999-12-31 stands for "no date" in many an app.
    """
    try:
        return _count(issued_on, due_days, terms)
    except (OverflowError, ValueError):
        return None


def _count(issued_on: date, due_days: int | None, terms: PaymentTerms | None) -> date | None:
    if due_days is not None:
        return issued_on + timedelta(days=due_days)
    if terms is None:
        return None
    months = {"OFCURRENTMONTH": 0, "OFFOLLOWINGMONTH": 1}.get(terms.type)
    if months is not None:
        return max(issued_on, _day_of_month(issued_on, months, terms.day))
    if terms.type == "DAYSAFTERBILLDATE":
        return issued_on + timedelta(days=terms.day)
    if terms.type == "DAYSAFTERBILLMONTH":
        return _day_of_month(issued_on, 0, 31) + timedelta(days=terms.day)
    return None


def _day_of_month(start: date, months: int, day: int) -> date:
    """That day of the month so many months on; the last one where the month is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, max(1, min(day, monthrange(year, month + 1)[1])))
