"""Contacts that the app's own list of what it has does not name, and as of when its side was read through."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, func, select, update
from sqlalchemy import all_ as all_of

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, ContactLinkRow


async def list_contacts_unknown_to_partner(
    session: ReadSession, connection_id: UUID, partner_contact_ids: Sequence[str], limit: int
) -> list[str]:
    """Contacts that the partner sent documents of, and that are not among those it says it has."""
    row = ContactLinkRow
    missing = (
        select(row.partner_contact_id)
        .where(
            row.connection_id == connection_id,
            row.partner_contact_id != all_of(_texts(partner_contact_ids)),
            row.document.is_not(None),
        )
        .order_by(row.created_at, row.id)
        .limit(limit)
    )
    return list((await session.execute(missing)).scalars())


async def save_read_at(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """The partner's side was read through, as it was at that moment."""
    newest = func.greatest(func.coalesce(ConnectionRow.partner_read_at, at), at)
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id).values(partner_read_at=newest)
    )


def _texts(values: Sequence[str]) -> Any:
    return cast(list(values), ARRAY(Text))
