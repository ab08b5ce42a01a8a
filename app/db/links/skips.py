"""Links that a person set aside, and took up again: a wish on the link, which the loop respects.

Whoever writes one has locked the connection's row. The generation is raised each time, so that the loop takes notice.
"""

from uuid import UUID

from sqlalchemy import update

from app.db.links.rows import PARTNER_IDS, ROWS
from app.db.postgres.session import WriteSession
from app.db.tables.skips import Skippable
from app.domain.holds.skip import Skip
from app.domain.holds.thing import Thing


def skip_from_row(row: Skippable) -> Skip | None:
    """Since when and why a link is set aside; None where it is not."""
    if row.skipped_at is None:
        return None
    return Skip(row.skipped_at, row.skipped_by or "Somebody", row.skip_note or "")


async def save_skip(
    session: WriteSession, connection_id: UUID, kind: Thing, partner_id: str, skip: Skip | None
) -> bool:
    """Set a thing aside, or take it up again with None; False where there is no such thing.

    Setting aside what is set aside replaces who and why; what is not set aside is only looked at when it is taken up.
    """
    row = ROWS[kind]
    wished = (
        update(row)
        .where(row.connection_id == connection_id, PARTNER_IDS[kind] == partner_id)
        .values(
            skipped_at=skip.at if skip else None,
            skipped_by=skip.by if skip else None,
            skip_note=skip.note if skip else None,
            generation=row.generation + 1,
        )
        .returning(row.id)
    )
    return (await session.execute(wished)).scalar_one_or_none() is not None
