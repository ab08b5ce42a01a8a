"""Correlation ids of what came in, kept with the links that it made due: so that the log follows it to its end."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Text, Update, Uuid, select, update

from app.db.links.rows import HUB_ROWS, HubRow
from app.db.postgres.given import Types, bare, give, rows_given
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import XeroEventRow
from app.domain.holds.thing import Thing


async def follow_links(
    session: WriteSession, correlation_ids: Mapping[UUID, str], kind: Thing = Thing.INVOICE
) -> None:
    """Keep with each link the id under which that came in which is to be carried out now."""
    if correlation_ids:
        rows = [{"link_id": key, "followed": value} for key, value in correlation_ids.items()]
        await session.execute(_FOLLOWING[kind], give(_FOLLOWED, rows))


_FOLLOWED: Types = {"link_id": Uuid, "followed": Text}


def _build_following(row: HubRow) -> Update:
    table, given = bare(row), rows_given(_FOLLOWED).c
    return update(table).where(table.c.id == given.link_id).values(correlation_id=given.followed)


_FOLLOWING = {kind: _build_following(row) for kind, row in HUB_ROWS.items()}


async def list_told(session: ReadSession, connection_id: UUID, xero_ids: Collection[str]) -> dict[str, str]:
    """The ids under which events came of these things of Xero's that nobody has looked at so far; the newest of each.

    What a page of a search brings may be what they tell of: it is carried out before they are looked at.
    """
    row = XeroEventRow
    told = (
        select(row.resource_id, row.correlation_id)
        .where(row.connection_id == connection_id, row.taken_at.is_(None))
        .where(row.resource_id.in_(xero_ids), row.correlation_id.is_not(None))
        .order_by(row.id)
    )
    return {xero_id: str(told_as) for xero_id, told_as in await session.execute(told)} if xero_ids else {}
