"""What an export costs and when it ends: the calls left to make, and how long a budget of calls takes for them.

Both are estimates from above, made of counts alone. Calls go in batches: fifty to a write, forty to a read by id, a
thousand contacts to a page. What is adopted costs the write that Xero refuses, a read that finds it, and the write of
what it lacks.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.exports.export import Counts, ExportOutcome, Stage

WRITES_AT_ONCE = 50
READS_AT_ONCE = 40

_DAY = timedelta(days=1)


def estimate_calls(left: Mapping[Stage, Counts], contact_pages: int) -> int:
    """The calls to carry out these things, by how they were planned; reading all contacts takes `contact_pages`.

    What is held is tried again, and may cost as much as what is changed.
    """
    calls = Counter[str]()
    for stage, counts in left.items():
        made, adopted = counts.get(ExportOutcome.CREATED, 0), counts.get(ExportOutcome.ADOPTED, 0)
        changed = counts.get(ExportOutcome.CHANGED, 0) + counts.get(ExportOutcome.HELD, 0)
        calls[stage] = _COSTS[stage](made, adopted, changed, contact_pages)
    return calls.total()


def _cost_of_contacts(made: int, adopted: int, changed: int, pages: int) -> int:
    search = pages if adopted else 0
    return _writes(made + adopted) + search + _writes(adopted) + _reads(changed) + _writes(changed)


def _cost_of_items(made: int, adopted: int, changed: int, pages: int) -> int:
    if not (made or adopted or changed):
        return 0
    # The list is one call, and tells of all of them.
    return 1 + _writes(made) + _writes(adopted + changed)


def _cost_of_invoices(made: int, adopted: int, changed: int, pages: int) -> int:
    refused = _reads(adopted) + _writes(adopted)
    return _writes(made + adopted) + refused + _reads(changed) + _writes(changed)


def _cost_of_payments(made: int, adopted: int, changed: int, pages: int) -> int:
    """The totals that a payment moves are read afterwards."""
    return _writes(made) + _reads(made)


def _cost_of_credits(made: int, adopted: int, changed: int, pages: int) -> int:
    """Each is set against its invoice by a call of its own."""
    return _writes(made) + made + _reads(made)


_COSTS = {
    Stage.CONTACTS: _cost_of_contacts,
    Stage.ITEMS: _cost_of_items,
    Stage.INVOICES: _cost_of_invoices,
    Stage.PAYMENTS: _cost_of_payments,
    Stage.CREDIT_NOTES: _cost_of_credits,
    Stage.OVERPAYMENTS: _cost_of_payments,
}


def _writes(things: int) -> int:
    return -(-things // WRITES_AT_ONCE)


def _reads(things: int) -> int:
    return -(-things // READS_AT_ONCE)


def estimate_end(
    now: datetime, calls: int, *, calls_a_minute: int, calls_today: int, calls_a_day: int
) -> datetime:
    """When so many calls have been made at the pace that the budget allows: `calls_today` are left of the day's."""
    minute, day = max(calls_a_minute, 1), max(calls_a_day, 1)
    days = 0 if calls <= calls_today else -(-(calls - calls_today) // day)
    last = calls if days == 0 else calls - calls_today - (days - 1) * day
    return now + days * _DAY + timedelta(minutes=last / minute)
