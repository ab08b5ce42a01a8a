"""The ids under which that came in which links are to carry out, and which links a copy of the database has."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import bindparam, select, update

from app.db.session import ReadSession, WriteSession
from app.db.tables import InvoiceLinkRow


async def follow_links(session: WriteSession, correlation_ids: Mapping[UUID, str]) -> None:
    """Keep with each link the id under which that came in which is to be carried out now."""
    if correlation_ids:
        row = InvoiceLinkRow
        followed = (
            update(row)
            .where(row.id == bindparam("link_id"))
            .values(correlation_id=bindparam("followed"))
            .execution_options(synchronize_session=None)
        )
        connection = await cast(Any, session).connection()
        in_order = sorted(correlation_ids.items())
        await connection.execute(followed, [{"link_id": key, "followed": value} for key, value in in_order])


async def list_known_ids(
    session: ReadSession, connection_id: UUID, link_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Those of these ids that are of links of the connection."""
    row = InvoiceLinkRow
    known = select(row.id).where(row.connection_id == connection_id, row.id.in_(list(link_ids)))
    return (await session.execute(known)).scalars().all()
