"""What an export looks at: the invoices in scope, their customers, the products.

An invoice is in scope when the app has sent a document of it that was issued in time, by the newest word of its day.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH

from app.db.delivery.changes import find_sent
from app.db.invoices.invoice_links import link_from_row
from app.db.items.item_links import item_link_from_row
from app.db.links.listing import Position, Sort, in_order
from app.db.postgres.session import ReadSession
from app.db.tables import ContactLinkRow, InvoiceLinkRow, ItemLinkRow
from app.domain.exports.export import Days
from app.domain.invoices.link import InvoiceLink
from app.domain.item import ItemLink
from app.domain.xero.xero_invoice import BORN_IN_XERO

_SENT = ("sent", "paid")
"""The document's words for what has left the app."""

_CODES = "$.lines[*].item_code ? (@ != null)"


async def list_invoices_in_scope(
    session: ReadSession, connection_id: UUID, issued: Days, after: Position | None, limit: int
) -> list[tuple[InvoiceLink, Position]]:
    """The next invoices of the scope in the order in which they came, each with its place."""
    row = InvoiceLinkRow
    scope = select(row).where(_is_in_scope(connection_id, issued))
    page = in_order(scope, row, Sort.CREATED, after, limit)
    rows = (await session.execute(page)).scalars().all()
    sent = await find_sent(session, rows)
    return [(link_from_row(each, sent[each.id]), (each.created_at, each.id)) for each in rows]


async def list_customers_in_scope(session: ReadSession, connection_id: UUID, issued: Days) -> Sequence[str]:
    """The app's ids of the customers of invoices that were sent, or that are in Xero."""
    row = InvoiceLinkRow
    is_sent = and_(row.document["status"].astext.in_(_SENT), row.document["sent_at"].astext.is_not(None))
    named = (
        select(_newest("contact", "contact", "id"))
        .where(_is_in_scope(connection_id, issued), or_(is_sent, row.xero_invoice_id.is_not(None)))
        .distinct()
    )
    return sorted(key for key in (await session.execute(named)).scalars() if key)


async def list_all_customers(session: ReadSession, connection_id: UUID) -> Sequence[str]:
    """The app's ids of all contacts that it knows of; of those that were born in Xero, once it sent them itself."""
    row = ContactLinkRow
    is_known = or_(row.document.is_not(None), row.partner_contact_id.not_like(f"{BORN_IN_XERO}%"))
    known = select(row.partner_contact_id).where(row.connection_id == connection_id, is_known)
    return sorted((await session.execute(known)).scalars())


async def list_products(session: ReadSession, connection_id: UUID) -> list[ItemLink]:
    """Every product of the connection, by the app's id."""
    row = ItemLinkRow
    known = select(row).where(row.connection_id == connection_id).order_by(row.partner_item_id)
    return [item_link_from_row(each) for each in (await session.execute(known)).scalars()]


async def names_item_codes(session: ReadSession, connection_id: UUID, issued: Days) -> bool:
    """Whether any line of an invoice in scope names an item code."""
    coded = func.jsonb_path_exists(InvoiceLinkRow.document, cast(literal(_CODES), JSONPATH()))
    found = exists().where(_is_in_scope(connection_id, issued), coded)
    return bool((await session.execute(select(found))).scalar_one())


def _is_in_scope(connection_id: UUID, issued: Days) -> ColumnElement[bool]:
    row = InvoiceLinkRow
    known = and_(row.connection_id == connection_id, row.document.is_not(None))
    day = _newest("issued_on", "issued_on")
    if issued.first:
        known = and_(known, day >= issued.first.isoformat())
    return and_(known, day <= issued.last.isoformat()) if issued.last else known


def _newest(record: str, *document: str) -> ColumnElement[str]:
    """What the newest document says; once it is merged what the record says, which Xero may have moved since."""
    row = InvoiceLinkRow
    said = row.document[document].astext
    merged = func.coalesce(row.record[record].astext, said)
    return case((row.document_version > row.merged_version, said), else_=merged)
