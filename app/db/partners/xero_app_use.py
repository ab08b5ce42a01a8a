"""Who goes through a partner's Xero app, and the app's end, which comes once nobody does.

Whoever gives a connection an app holds the app's row meanwhile, and whoever deletes the app locks it: so one of the two
comes first, and the other sees it.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete, exists, select, update

from app.db.postgres.session import WriteSession
from app.db.tables import ClosingRow, ConnectionRow, SubscriptionRow, TokenSetRow, XeroAppRow
from app.db.upkeep import audit
from app.domain.connections.connection import ConnectionState


class XeroAppUse(NamedTuple):
    """The connections that go through an app, and the removed ones that Xero is still to be told of by it."""

    open: list[UUID]
    closing: list[UUID]


async def hold_xero_app(session: WriteSession, partner_id: UUID, xero_app_id: UUID) -> bool:
    """Keep an app from being deleted until this transaction ends; False where the partner has none of that id."""
    own = (XeroAppRow.id == xero_app_id, XeroAppRow.partner_id == partner_id)
    held = select(XeroAppRow.id).where(*own).with_for_update(read=True, key_share=True)
    return (await session.execute(held)).scalar_one_or_none() is not None


async def lock_use(session: WriteSession, partner_id: UUID, xero_app_id: UUID) -> XeroAppUse | None:
    """Who goes through an app, which nobody begins to until this transaction ends; None where there is no such app."""
    own = (XeroAppRow.id == xero_app_id, XeroAppRow.partner_id == partner_id)
    locked = select(XeroAppRow.id).where(*own).with_for_update()
    if (await session.execute(locked)).scalar_one_or_none() is None:
        return None
    row = ConnectionRow
    is_open = row.state != ConnectionState.REMOVED
    is_closing = exists().where(ClosingRow.connection_id == row.id, ClosingRow.state == "pending")
    found = await session.execute(
        select(row.id, is_open)
        .where(row.partner_id == partner_id, row.xero_app_id == xero_app_id, is_open | is_closing)
        .order_by(row.created_at, row.id)
    )
    used = [(connection_id, goes_on) for connection_id, goes_on in found]
    return XeroAppUse(
        [one for one, goes_on in used if goes_on], [one for one, goes_on in used if not goes_on]
    )


async def delete_xero_app(session: WriteSession, partner_id: UUID, xero_app_id: UUID) -> None:
    """Delete an app that nobody goes through, and all that is kept of it; the caller has locked it.

    Connections that were removed forget it, in the order of their ids, as whoever locks several does.
    """
    row = ConnectionRow
    removed = (
        select(row.id)
        .where(row.partner_id == partner_id, row.xero_app_id == xero_app_id)
        .order_by(row.id)
        .with_for_update()
    )
    await session.execute(update(row).where(row.id.in_(removed)).values(xero_app_id=None))
    await session.execute(delete(TokenSetRow).where(TokenSetRow.xero_app_id == xero_app_id))
    await session.execute(delete(SubscriptionRow).where(SubscriptionRow.xero_app_id == xero_app_id))
    own = and_(XeroAppRow.id == xero_app_id, XeroAppRow.partner_id == partner_id)
    deleted = delete(XeroAppRow).where(own).returning(XeroAppRow.client_id)
    client_id = (await session.execute(deleted)).scalar_one()
    audit.note(session, "xero_app_deleted", partner_id=partner_id, subject=xero_app_id, client_id=client_id)
