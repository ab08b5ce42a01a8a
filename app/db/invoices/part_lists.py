"""The invoices of a connection that have payments, or credits, on either side: the ground of the flat lists of them."""

from typing import Literal
from uuid import UUID

from sqlalchemy import Select, literal, select, text, tuple_

from app.db.invoices.resources import KeptInvoice, keep_invoices
from app.db.links.listing import Position
from app.db.postgres.session import ReadSession
from app.db.tables import InvoiceLinkRow
from app.db.tables.links import HAS_PARTS

Group = Literal["payments", "credits"]

_HAS: dict[Group, str] = {
    "payments": """(jsonb_path_exists(record || xero_shadow, '$.keyvalue() ? (@.key starts with "payments/")')
    OR jsonb_path_exists(document, '$.payments[0]'))""",
    "credits": """(jsonb_path_exists(record || xero_shadow, '$.keyvalue() ? (@.key starts with "credits/")')
    OR jsonb_path_exists(document, '$.credits[0]'))""",
}
"""What is true of those that really have some, of all that the index is for."""


async def list_invoices_with(
    session: ReadSession,
    connection_id: UUID,
    group: Group,
    *,
    partner_invoice_id: str | None,
    begin: Position | None,
    limit: int,
) -> list[KeptInvoice]:
    """Those that have any, as they became known, from a position on, which is included."""
    page = build_page(connection_id, group, partner_invoice_id, begin, limit)
    return await keep_invoices(session, (await session.execute(page)).scalars().all())


def build_page(
    connection_id: UUID, group: Group, partner_invoice_id: str | None, begin: Position | None, limit: int
) -> Select[InvoiceLinkRow]:
    """The query of one page. The index is for rows of which this very text is true, so it is no expression here."""
    row = InvoiceLinkRow
    page = select(row).where(row.connection_id == connection_id, text(HAS_PARTS), text(_HAS[group]))
    if partner_invoice_id is not None:
        page = page.where(row.partner_invoice_id == partner_invoice_id)
    if begin is not None:
        page = page.where(tuple_(row.created_at, row.id) >= tuple_(literal(begin[0]), literal(begin[1])))
    return page.order_by(row.created_at, row.id).limit(limit)
