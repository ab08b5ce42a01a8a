"""What a link remembers of credits in Xero, and which links a credit touches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.db.postgres.given import among
from app.db.postgres.session import ReadSession
from app.db.tables import InvoiceLinkRow
from app.domain.invoices.link import InvoiceLink
from app.domain.record.credit import Overpaid


@dataclass(frozen=True, slots=True)
class TouchedLink:
    """A link that a credit touches, with the instant at which Xero last moved its invoice as far as we know."""

    id: UUID
    xero_invoice_id: str
    xero_updated_at: datetime | None
    credit_ids: Mapping[str, str]


async def list_touched(
    session: ReadSession, connection_id: UUID, credit_ids: Iterable[str], xero_invoice_ids: Iterable[str]
) -> list[TouchedLink]:
    """Links that know any of these credits of Xero, or are of any of these invoices."""
    row = InvoiceLinkRow
    touched = select(row.id, row.xero_invoice_id, row.xero_updated_at, row.credit_ids).where(
        row.connection_id == connection_id,
        row.xero_invoice_id.is_not(None),
        or_(
            row.credit_ids.has_any(cast(list(credit_ids), ARRAY(Text))),
            among(row.xero_invoice_id, list(xero_invoice_ids)),
        ),
    )
    return [TouchedLink(*columns) for columns in await session.execute(touched)]


def credits_to_row(link: InvoiceLink) -> dict[str, Any]:
    """The columns of a link that are about credits; decimals and dates as text."""
    overpaid = {
        key: {
            "id": part.xero_overpayment_id,
            "amount": str(part.amount),
            "paid_on": part.paid_on.isoformat(),
            "is_whole": part.is_whole,
            "is_taken_back": part.is_taken_back,
            "allocated": str(part.allocated),
        }
        for key, part in link.overpaid.items()
    }
    return {"credit_ids": dict(link.credit_ids), "overpaid": overpaid}


def credits_from_row(row: InvoiceLinkRow) -> dict[str, Any]:
    """What `credits_to_row` kept, as a link holds it."""
    overpaid = {
        key: Overpaid(
            kept["id"],
            Decimal(kept["amount"]),
            date.fromisoformat(kept["paid_on"]),
            kept["is_whole"],
            kept["is_taken_back"],
            Decimal(kept.get("allocated", 0)),
        )
        for key, kept in row.overpaid.items()
    }
    return {"credit_ids": row.credit_ids, "overpaid": overpaid}
