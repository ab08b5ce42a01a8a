"""Which links ask for a fresh read of Xero's side, without all that is known of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession
from app.db.postgres.straight import run
from app.db.tables import InvoiceLinkRow


@dataclass(frozen=True, slots=True)
class ReadDue:
    """A link that is behind and whose invoice moved in Xero; `known_at` is Xero's clock at what we hold of it."""

    link_id: UUID
    xero_invoice_id: str
    known_at: datetime | None


async def list_reads_due(session: ReadSession, connection_id: UUID, limit: int) -> list[ReadDue]:
    """Links of a connection that are due for a read, in the order in which the loop takes up what is behind."""
    row = InvoiceLinkRow
    due = (
        select(row.id, row.xero_invoice_id, row.xero_updated_at)
        .where(
            row.connection_id == connection_id,
            row.generation > row.settled_generation,
            row.xero_due,
            row.xero_invoice_id.is_not(None),
        )
        .order_by(row.touched_at, row.id)
        .limit(limit)
    )
    rows = await session.execute(due)
    return [ReadDue(link_id, xero_id, known_at) for link_id, xero_id, known_at in rows if xero_id is not None]


@dataclass(frozen=True, slots=True)
class Known:
    """An invoice of Xero's that has a link, and Xero's clock at what we hold of it."""

    id: UUID
    xero_invoice_id: str
    xero_updated_at: datetime | None


async def list_known(
    session: ReadSession, connection_id: UUID, xero_invoice_ids: Collection[str]
) -> list[Known]:
    """Those of these invoices of Xero's that have links, with Xero's clock alone."""
    asking = {"of_connection": connection_id, "ids": list(xero_invoice_ids)}
    return [Known(*columns) for columns in await run(session, _KNOWN, asking)]


_LINK = bare(InvoiceLinkRow).c
_KNOWN = select(_LINK.id, _LINK.xero_invoice_id, _LINK.xero_updated_at).where(
    _LINK.connection_id == asked("of_connection", _LINK.connection_id),
    among_asked(_LINK.xero_invoice_id, "ids"),
)
