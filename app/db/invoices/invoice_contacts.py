"""Which invoices name a contact: asked and changed where a contact itself is linked anew."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, literal, select, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import InvoiceLinkRow


async def has_invoices_in_xero(session: ReadSession, connection_id: UUID, partner_contact_id: str) -> bool:
    """Whether an invoice that stands in Xero is known to name this contact there."""
    row = InvoiceLinkRow
    named = exists().where(
        row.connection_id == connection_id,
        row.xero_invoice_id.is_not(None),
        row.xero_shadow["contact"].astext == partner_contact_id,
    )
    return bool((await session.execute(select(named))).scalar_one())


async def save_contact_of_invoices(
    session: WriteSession, connection_id: UUID, partner_contact_id: str, stands_with: str
) -> None:
    """The invoices that Xero holds under one contact key are known to stand with another; they are looked at again."""
    row = InvoiceLinkRow
    shadow: Any = row.xero_shadow
    await session.execute(
        update(row)
        .where(
            row.connection_id == connection_id,
            row.xero_invoice_id.is_not(None),
            row.xero_shadow["contact"].astext == literal(partner_contact_id),
        )
        .values(
            xero_shadow=shadow.op("||")(type_coerce({"contact": stands_with}, JSONB)),
            generation=row.generation + 1,
        )
    )
