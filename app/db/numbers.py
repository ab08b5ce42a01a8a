"""Which of our links has which number in Xero."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.db.session import ReadSession
from app.db.tables import InvoiceLinkRow


@dataclass(frozen=True, slots=True)
class Holder:
    """The link whose invoice has a number in Xero."""

    link_id: UUID
    partner_invoice_id: str
    xero_invoice_id: str


async def list_number_holders(
    session: ReadSession, connection_id: UUID, numbers: Sequence[str]
) -> dict[str, Holder]:
    """The holders of those numbers, voided ones among them, because Xero gives no number twice (FACTS 4.3)."""
    if not numbers:
        return {}
    row = InvoiceLinkRow
    found = select(row.xero_number, row.id, row.partner_invoice_id, row.xero_invoice_id).where(
        row.connection_id == connection_id,
        row.xero_number.in_(numbers),
        row.xero_invoice_id.is_not(None),
    )
    return {
        number: Holder(link_id, partner_invoice_id, xero_invoice_id)
        for number, link_id, partner_invoice_id, xero_invoice_id in await session.execute(found)
        if number is not None and xero_invoice_id is not None
    }
