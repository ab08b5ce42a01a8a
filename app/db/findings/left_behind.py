"""Invoices of Xero's for which a link stood before a person linked it to another one (`reconcile.invoices.relink`)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from app.db.postgres.session import ReadSession
from app.db.tables import InvoiceLinkRow, ResolutionRow
from app.domain.findings.resolution import Action, ResolutionState


async def list_left_behind(
    session: ReadSession, connection_id: UUID, xero_ids: Collection[str]
) -> dict[str, str]:
    """Those of these invoices of Xero's, with the app's id of the invoice that each was; none of an undone relink."""
    if not xero_ids:
        return {}
    row, link, left = ResolutionRow, InvoiceLinkRow, ResolutionRow.before["xero_invoice_id"].astext
    found = await session.execute(
        select(left, link.partner_invoice_id)
        .join(link, link.id == row.link_id)
        .where(
            row.connection_id == connection_id,
            row.action == Action.RELINK,
            row.state == ResolutionState.DONE,
            left.in_(xero_ids),
        )
    )
    return {str(xero_id): str(ours) for xero_id, ours in found}
