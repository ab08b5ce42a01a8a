"""What came last of one link: the last attempt on Xero, the last change that its partner was sent."""

from uuid import UUID

from sqlalchemy import select

from app.db.postgres.session import ReadSession
from app.db.tables import AttemptRow, ChangeRow
from app.domain.why.facts import LastAttempt, LastChange


async def find_last_attempt(session: ReadSession, link_id: UUID) -> LastAttempt | None:
    """The newest attempt of a link, or None."""
    row = AttemptRow
    newest = select(row.action, row.outcome, row.message, row.at).where(row.link_id == link_id)
    found = (await session.execute(newest.order_by(row.id.desc()).limit(1))).one_or_none()
    return LastAttempt(*found) if found else None


async def find_last_change(session: ReadSession, link_id: UUID) -> LastChange | None:
    """The newest change of a link, withdrawn or not, or None."""
    row = ChangeRow
    newest = select(row.state, row.revision, row.attempts, row.last_answer, row.created_at)
    newest = newest.where(row.link_id == link_id).order_by(row.revision.desc()).limit(1)
    found = (await session.execute(newest)).one_or_none()
    return LastChange(*found) if found else None
