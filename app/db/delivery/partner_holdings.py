"""What is known of the partner's side: what it should have, and how old that is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, func, select, update
from sqlalchemy import all_ as all_of

from app.db.postgres.given import bare, give, rows_given, types_of
from app.db.postgres.session import ReadSession, WriteSession
from app.db.postgres.straight import run
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


async def note_documents(session: WriteSession, came_at: Mapping[UUID, datetime]) -> None:
    """Documents came that were news: a reason to look, and the newest word from the partner's side; by connection."""
    rows = [
        {"id": connection_id, "documented_at": came_at[connection_id]} for connection_id in sorted(came_at)
    ]
    if rows:
        await run(session, _NOTING, give(_CAME, rows))


_CAME = types_of(ConnectionRow, "id", "documented_at")
_came = rows_given(_CAME)
_connections = bare(ConnectionRow)
_NOTING = (
    update(_connections)
    .where(_connections.c.id == _came.c.id)
    .values(generation=_connections.c.generation + 1, documented_at=_came.c.documented_at)
)


def _texts(values: Sequence[str]) -> Any:
    return cast(list(values), ARRAY(Text))
