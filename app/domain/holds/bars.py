"""Bars: Xero refuses who asks and how, whatever is asked (FACTS 1). Pure.

A 403 means that the person who gave consent may not do it, as when an adviser takes a right of theirs for a while; a
412, that Xero found something in the request's headers wanting (D-HTTP). Neither says anything of the invoice, and both
pass without an edit. So one invoice, one contact and one product of a connection that are held by a bar are tried for
all of them, each in its turn: soon at first, then after as long again as the bar has stood, and at last some times a
day. What that lets through frees the others.
"""

from datetime import datetime, timedelta

from app.domain.holds.refusals import NOT_PERMITTED, PRECONDITION_FAILED

BARS = frozenset({NOT_PERMITTED, PRECONDITION_FAILED})

FIRST_PROBE = timedelta(minutes=5)
LONGEST_PROBE = timedelta(hours=6)


def next_probe(barred_since: datetime, now: datetime) -> datetime:
    """When one of what is held by a bar is tried again, where one was tried now in vain."""
    return now + min(max(now - barred_since, FIRST_PROBE), LONGEST_PROBE)
