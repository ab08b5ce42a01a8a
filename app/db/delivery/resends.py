"""A change that a person wants sent again: of its invoice or contact, the newest that still counts is sent.

Whoever asks has locked the connection's row. By its revision a repeat is harmless for an app that keeps the rules.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from app.db.delivery.changes import Change, change_from_row
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ChangeRow

_COUNTS = ("pending", "applied")
"""States of changes of which the newest is the newest state of its invoice: refused and replaced ones are history."""


@dataclass(frozen=True, slots=True)
class Resend:
    """The change that was named, and the one that is sent for it; None where none of its thing counts any more."""

    named: Change
    sent: Change | None


async def ask_to_resend(
    session: WriteSession, connection_id: UUID, cursor: int, at: datetime
) -> Resend | None:
    """Have the newest change of the named one's thing sent now, whatever became of it; None where there is no such."""
    named = await _find(session, connection_id, cursor)
    if named is None:
        return None
    newest = (
        select(ChangeRow)
        .where(ChangeRow.link_id == named.link_id, ChangeRow.state.in_(_COUNTS))
        .order_by(ChangeRow.revision.desc())
        .limit(1)
    )
    row = (await session.execute(newest)).scalar_one_or_none()
    if row is None:
        return Resend(named, None)
    sent = change_from_row(row)
    # What still waits is only due now; what was applied is marked, so that nobody withdraws it as needless.
    waits = {"state": "pending", "is_resend": sent.is_resend or sent.state == "applied"}
    due = update(ChangeRow).where(ChangeRow.id == sent.cursor).values(**waits, attempts=0, due_at=at)
    await session.execute(due)
    return Resend(named, sent)


async def _find(session: ReadSession, connection_id: UUID, cursor: int) -> Change | None:
    wanted = select(ChangeRow).where(ChangeRow.connection_id == connection_id, ChangeRow.id == cursor)
    row = (await session.execute(wanted)).scalar_one_or_none()
    return change_from_row(row) if row else None
