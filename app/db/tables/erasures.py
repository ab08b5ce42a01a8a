"""Erasures: what is kept of one business, to be deleted because somebody asked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class ErasureRow(Table):
    """The erasure of one connection's data. `claimed_until` is the expiring claim of the worker that carries it out.

    `rows` counts what was deleted so far. The row stays, as the connection's does: both are all that is left.
    """

    __tablename__ = "erasures"
    __table_args__ = (Index("ix_erasures_due", "asked_at", postgresql_where=text("ended_at IS NULL")),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    asked_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    rows: Mapped[int] = mapped_column(server_default="0")
    ended_at: Mapped[datetime | None]
