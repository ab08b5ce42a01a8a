"""Addresses below an invoice: its id as it stands there, and the link that it names."""

from typing import Annotated

from fastapi import Path

from app.db.invoices.resources import KeptInvoice, find_kept_invoice
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.intake.refusals import NO_INVOICE, InputRefused
from app.intake.values import Identity

InvoiceId = Annotated[
    Identity, Path(description="The partner's own id of the invoice.", examples=["inv_8801"])
]


async def get_kept_invoice(session: ReadSession, connection: Connection, invoice_id: str) -> KeptInvoice:
    """The link of an invoice; raises `not_found`."""
    kept = await find_kept_invoice(session, connection.id, invoice_id)
    if kept is None:
        raise InputRefused("not_found", NO_INVOICE)
    return kept
