"""Usage: the calls to Xero, counted."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class XeroUsageRow(Table):
    """Requests to Xero of one connection on one day (UTC), about one entity, by one method; days are kept for good.

    The primary key is the index by connection and day.
    """

    __tablename__ = "xero_usage"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    used_on: Mapped[date] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    bytes_sent: Mapped[int] = mapped_column(BigInteger)
    bytes_received: Mapped[int] = mapped_column(BigInteger)


class LinkUsageRow(Table):
    """What of a connection's requests of one day (UTC) was for one link of it: its equal share of each of them.

    The same requests stand whole in `xero_usage`; those that were for no link stand there alone.
    """

    __tablename__ = "link_usage"
    __table_args__ = (
        Index("ix_link_usage_connection", "connection_id", "used_on"),
        Index("ix_link_usage_used_on", "used_on"),
    )

    link_id: Mapped[UUID] = mapped_column(primary_key=True)
    used_on: Mapped[date] = mapped_column(primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    calls: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    bytes_sent: Mapped[int] = mapped_column(BigInteger)
    bytes_received: Mapped[int] = mapped_column(BigInteger)
