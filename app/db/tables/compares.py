"""The full compare under way: which of a connection's invoices it has not looked at yet."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class UncomparedRow(Table):
    """An invoice in Xero that the connection's compare still has to look at; none is left when it is done."""

    __tablename__ = "uncompared_invoices"

    connection_id: Mapped[UUID] = mapped_column(
        ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True
    )
    xero_invoice_id: Mapped[str] = mapped_column(primary_key=True)
