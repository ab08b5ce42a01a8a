"""Things of Xero's that the app wrote by another connection of the same business, as one that was removed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession
from app.db.tables import ConnectionRow, ContactLinkRow, InvoiceLinkRow
from app.domain.connections.connection import Connection
from app.domain.holds.thing import Thing
from app.domain.xero.xero_invoice import BORN_IN_XERO


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
