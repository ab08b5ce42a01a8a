"""What waits on a connection, counted: the ground on which a round is chosen before its first call."""

from datetime import datetime

from sqlalchemy import and_, func, or_, select

from app.db.exports import has_workable
from app.db.items import count_items_behind
from app.db.session import ReadSession
from app.db.tables import ContactLinkRow, InvoiceLinkRow, XeroEventRow
from app.domain.connection import Connection
from app.domain.precedence import FEW, Waiting
from app.domain.settings import ItemSync


async def count_waiting(session: ReadSession, connection: Connection, lately: datetime) -> Waiting:
    """Links behind, products too; links touched since `lately`; invoices of which events tell more than we hold."""
    link = InvoiceLinkRow
    # One more than a few says all there is to say.
    touched = (
        select(link.id)
        .where(link.connection_id == connection.id, link.touched_at > lately)
        .limit(FEW + 1)
        .subquery()
    )
    links, touched_links = await _count_behind(session, connection, lately, InvoiceLinkRow)
    contacts, touched_contacts = await _count_behind(session, connection, lately, ContactLinkRow)
    products = 0
    if connection.settings.items is ItemSync.ON:
        products = await count_items_behind(session, connection.id)
    return Waiting(
        # An invoice brings its contact along: the two of them are one piece of work.
        max(links, contacts) + products,
        max(touched_links, touched_contacts),
        (await session.execute(select(func.count()).select_from(touched))).scalar_one(),
        await _count_news(session, connection),
        connection.sweep_due or connection.compare_due or await has_workable(session, connection.id),
        connection.is_sweep_asked,
    )


async def _count_behind(
    session: ReadSession,
    connection: Connection,
    lately: datetime,
    row: type[InvoiceLinkRow] | type[ContactLinkRow],
) -> tuple[int, int]:
    """How many links are behind, and how many of them were touched lately."""
    behind = select(func.count(), func.count().filter(row.touched_at > lately)).where(
        row.connection_id == connection.id, row.generation > row.settled_generation
    )
    links, touched = (await session.execute(behind)).one()
    return links, touched


async def _count_news(session: ReadSession, connection: Connection) -> int:
    """An echo of our own write is no news, however many of them an export brings."""
    link, event = InvoiceLinkRow, XeroEventRow
    is_its_link = and_(link.connection_id == event.connection_id, link.xero_invoice_id == event.resource_id)
    is_newer = or_(
        link.xero_updated_at.is_(None),
        event.dated_at.is_(None),
        event.dated_at > link.xero_updated_at,
        event.replayed_at.is_not(None),
    )
    news = (
        select(func.count(event.resource_id.distinct()))
        .outerjoin(link, is_its_link)
        .where(
            event.connection_id == connection.id,
            event.taken_at.is_(None),
            event.category == "INVOICE",
            or_(link.id.is_(None), is_newer),
        )
    )
    return int((await session.execute(news)).scalar_one())
