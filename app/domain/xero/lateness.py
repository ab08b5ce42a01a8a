"""Reads that come late: Xero shows something as it was before what it has shown of it already.

Nothing promises that a read shows what was written a moment ago. Taken for news, such a read would undo that write,
and whoever made the edit would hear of it as of an edit in Xero. So where Xero's own clock tells that it is from
before, and it shows something else than is known, nothing is taken from it. What Xero goes on showing for a day is how
it is: its clock may have been set back.
"""

from datetime import datetime, timedelta

from app.domain.holds.hold import Hold

OLDER = "older_in_xero"

BELIEVED_AFTER = timedelta(days=1)
"""Since what is known was shown. A clock that is off by more than this is not gone by."""


def is_from_before(shown_at: datetime | None, known_at: datetime | None, now: datetime) -> bool:
    """Whether what was shown was moved in Xero before what is known; both by Xero's clock.

    Of its two ways to write a time, Xero's string has whole seconds only (FACTS 4.5), so what it tells may be later.
    """
    if shown_at is None or known_at is None:
        return False
    known_by = known_at if shown_at.microsecond else known_at.replace(microsecond=0)
    if shown_at >= known_by:
        return False
    return abs(now - known_at) < BELIEVED_AFTER


def hold_older(what: str, shown_at: datetime) -> Hold:
    """The hold of an invoice, or of a contact, of which Xero shows how it was at that time."""
    return Hold(
        OLDER,
        f"Xero shows this {what} as it was at {shown_at:%Y-%m-%d %H:%M:%S} UTC, and has shown later edits already.",
        f"Nothing is taken from it, and it is read again within the hour. If that lasts, save the {what} once more in "
        "Xero.",
    )
