"""The ids under which that came in which links are to carry out, and which links a copy of the database has."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Text, Update, Uuid, select, update

from app.db.delivery.changes import CONTACT, INVOICE
from app.db.postgres.given import Types, bare, give, rows_given
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ContactLinkRow, InvoiceLinkRow, XeroEventRow

_ROWS: Mapping[str, type[InvoiceLinkRow] | type[ContactLinkRow]] = {
    INVOICE: InvoiceLinkRow,
    CONTACT: ContactLinkRow,
}


async def follow_links(
    session: WriteSession, correlation_ids: Mapping[UUID, str], kind: str = INVOICE
) -> None:
    """Keep with each link the id under which that came in which is to be carried out now."""
    if correlation_ids:
        rows = [{"link_id": key, "followed": value} for key, value in correlation_ids.items()]
        await session.execute(_FOLLOWING[kind], give(_FOLLOWED, rows))


_FOLLOWED: Types = {"link_id": Uuid, "followed": Text}


def _build_following(row: type[InvoiceLinkRow] | type[ContactLinkRow]) -> Update:
    table, given = bare(row), rows_given(_FOLLOWED).c
    return update(table).where(table.c.id == given.link_id).values(correlation_id=given.followed)


_FOLLOWING = {kind: _build_following(row) for kind, row in _ROWS.items()}


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


async def list_known_ids(
    session: ReadSession, connection_id: UUID, link_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Those of these ids that are of links of the connection."""
    row = InvoiceLinkRow
    known = select(row.id).where(row.connection_id == connection_id, row.id.in_(list(link_ids)))
    return (await session.execute(known)).scalars().all()
