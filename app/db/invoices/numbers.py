"""Which of our links has which number in Xero."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession
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
    found = await session.execute(_HOLDERS, {"of_connection": connection_id, "numbers": list(numbers)})
    return {
        number: Holder(link_id, partner_invoice_id, xero_invoice_id)
        for number, link_id, partner_invoice_id, xero_invoice_id in found
        if number is not None and xero_invoice_id is not None
    }


async def list_wanted_numbers(
    session: ReadSession, connection_id: UUID, numbers: Sequence[str]
) -> frozenset[str]:
    """Those of these numbers that a link's invoice has in Xero, or that the next one to be made there asks for."""
    found = await session.execute(_WANTED, {"of_connection": connection_id, "numbers": list(numbers)})
    return frozenset(found.scalars())


_LINK = bare(InvoiceLinkRow).c
_HOLDERS = select(_LINK.xero_number, _LINK.id, _LINK.partner_invoice_id, _LINK.xero_invoice_id).where(
    _LINK.connection_id == asked("of_connection", _LINK.connection_id),
    among_asked(_LINK.xero_number, "numbers"),
    _LINK.xero_invoice_id.is_not(None),
)
_WANTED = (
    select(_LINK.xero_number)
    .where(
        _LINK.connection_id == asked("of_connection", _LINK.connection_id),
        among_asked(_LINK.xero_number, "numbers"),
        _LINK.xero_invoice_id.is_not(None),
    )
    .union(
        select(_LINK.partner_number).where(
            _LINK.connection_id == asked("of_connection", _LINK.connection_id),
            among_asked(_LINK.partner_number, "numbers"),
            _LINK.xero_invoice_id.is_(None),
            _LINK.state == "behind",
        )
    )
)
