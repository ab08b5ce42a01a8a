"""Seeking: how far back to ask Xero for what moved since an instant, and when there is nowhere left to seek to.

Such lists are read page by page, each asked for since the newest row of the one before (FACTS 4.7).
"""

from datetime import datetime, timedelta

OVERLAP = timedelta(minutes=5)
"""Asked for anew before an instant up to which all was seen: Xero's clock and its index are its own."""


def is_stuck(newest: datetime, since: datetime) -> bool:
    """Whether the next page would be the same: If-Modified-Since has whole seconds, so rows of one second cannot be
    told apart by it.
    """
    return _second_of(newest) <= _second_of(since)


def _second_of(at: datetime) -> datetime:
    return at.replace(microsecond=0)
