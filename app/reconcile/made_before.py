"""Invoices that the app wrote and an earlier connection of the same business made: they were not born in Xero.

A connection that was removed keeps its links. Where the business is connected anew, such an invoice comes when the app
sends its document, which is then linked to it by its number; brought in before that, it would stand in the app twice.
One that was born in Xero comes under Xero's id, which is the one that the app has it under.
"""

from collections.abc import Sequence

from app.db.links.made_before import list_made_before
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.round import Round


async def leave_out_made_before(current: Round, invoices: Sequence[XeroInvoice]) -> Sequence[XeroInvoice]:
    """These invoices without those that an earlier connection of the business made."""
    if not invoices:
        return invoices
    async with current.database.reading() as session:
        ids = {invoice.xero_invoice_id for invoice in invoices}
        before = await list_made_before(session, current.connection, ids)
    return [invoice for invoice in invoices if invoice.xero_invoice_id not in before]
