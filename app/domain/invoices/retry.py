"""When a held link is looked at again by itself, beside the triggers that tell of a cause that has lifted.

Most causes lift with something that is seen: an edit, an event, a change of settings or of the organisation's facts
(`domain.xero.part`). Where that may be missed, or Xero tells nothing, the link is looked at again after a span that
keeps the calls few: a look that legality answers costs none, one that Xero answers a share of one batch.
"""

from datetime import UTC, datetime, timedelta

from app.domain.holds.hold import UNREADABLE
from app.domain.holds.refusals import ABOUT_CONTACTS, MISSING, PLAN_LIMIT
from app.domain.xero.lateness import OLDER
from app.domain.xero.part import FACT_CODES

DAY = timedelta(days=1)

KEY_FORGOTTEN = timedelta(minutes=10)
"""Xero remembers an idempotency key for six minutes (FACTS 4.9)."""

READ_AGAIN = timedelta(hours=1)
"""A share of a read by id, as long as what Xero shows of an invoice cannot be read."""

READ_ANEW = timedelta(minutes=10)
"""The same, as long as what Xero shows of it is from before: that is over soon, or lasts."""


def next_retry(code: str | None, now: datetime) -> datetime | None:
    """The next look by itself at a link held with that code; None waits for a trigger.

    A plan's limit counts by the month (FACTS 4.8), so it is tried at the turn of the month too.
    """
    if code == PLAN_LIMIT:
        return min(now + DAY, _next_month(now))
    if code == "idempotency_conflict":
        return now + KEY_FORGOTTEN
    if code == UNREADABLE:
        return now + READ_AGAIN
    if code == OLDER:
        return now + READ_ANEW
    return now + DAY if code in FACT_CODES | ABOUT_CONTACTS | {MISSING} else None


def _next_month(now: datetime) -> datetime:
    """The first instant of the next month in UTC: within half a day of the organisation's own."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
