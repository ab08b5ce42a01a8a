"""Correlation ids of what came in, kept with the links that it made due; and which links are known already.

Known to this connection by their own ids, or to another connection of the same business by Xero's.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Update, Uuid, select, update

from app.db.links.rows import HUB_ROWS, HubRow
from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import Types, bare, give, rows_given
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, ContactLinkRow, InvoiceLinkRow, XeroEventRow
from app.domain.connections.connection import Connection
from app.domain.holds.thing import Thing
from app.domain.xero.xero_invoice import BORN_IN_XERO


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


async def list_known_ids(
    session: ReadSession, connection_id: UUID, link_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Those of these link ids that are of the connection's invoices."""
    row = InvoiceLinkRow
    known = select(row.id).where(row.connection_id == connection_id, row.id.in_(list(link_ids)))
    return (await session.execute(known)).scalars().all()


async def list_made_before(
    session: ReadSession, connection: Connection, xero_ids: Collection[str], kind: Thing = Thing.INVOICE
) -> dict[str, str]:
    """Those of these things of Xero's that other connections of the same business have, as one that was removed, and
    that the app wrote itself; with its id of each. Of a contact that several share, its owner's.
    """
    if not xero_ids:
        return {}
    found = await session.execute(
        _MADE_BEFORE[kind],
        {
            "of_partner": connection.partner_id,
            "of_business": connection.business_id,
            "but_for": connection.id,
            "xero_ids": list(xero_ids),
        },
    )
    return {str(xero_id): str(ours) for xero_id, ours in found}


def _build_made_before(
    xero_id: ColumnElement[Any], ours: ColumnElement[Any], connection_id: ColumnElement[Any]
) -> Select[Any]:
    other = bare(ConnectionRow).c
    others = select(other.id).where(
        other.partner_id == asked("of_partner", other.partner_id),
        other.business_id == asked("of_business", other.business_id),
        other.id != asked("but_for", other.id),
    )
    made = select(xero_id, ours).where(connection_id.in_(others), among_asked(xero_id, "xero_ids"))
    return made.where(ours.not_like(f"{BORN_IN_XERO}%"))


_INVOICE, _CONTACT = bare(InvoiceLinkRow).c, bare(ContactLinkRow).c
_MADE_BEFORE = {
    Thing.INVOICE: _build_made_before(
        _INVOICE.xero_invoice_id, _INVOICE.partner_invoice_id, _INVOICE.connection_id
    ),
    Thing.CONTACT: _build_made_before(
        _CONTACT.xero_contact_id, _CONTACT.partner_contact_id, _CONTACT.connection_id
    ).where(~_CONTACT.is_shared),
}
