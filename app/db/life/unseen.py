"""Connections that ask Xero for nothing by themselves, and when Xero last showed that it lets them in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, literal_column, or_, select, update

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow


async def list_unseen(session: ReadSession, before: datetime, limit: int) -> Sequence[UUID]:
    """Those that are paused or work at set times, and that Xero was not seen to let in since then; the longest first.

    Of all others a search of Xero would show it, at the latest within the hour.
    """
    row = ConnectionRow
    # Written out, as the index has it.
    is_at_set_times = and_(row.state == literal_column("'active'"), row.next_run_at.is_not(None))
    is_quiet = or_(row.state == literal_column("'paused'"), is_at_set_times)
    seen_at = func.coalesce(row.consent_seen_at, row.created_at)
    unseen = select(row.id).where(is_quiet, seen_at <= before).order_by(seen_at).limit(limit)
    return (await session.execute(unseen)).scalars().all()


async def save_seen(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """Xero was seen to let it in then, or is not to be asked again until it would be due by that."""
    row = ConnectionRow
    seen = update(row).where(row.id == connection_id)
    await session.execute(seen.values(consent_seen_at=func.greatest(row.consent_seen_at, at)))
