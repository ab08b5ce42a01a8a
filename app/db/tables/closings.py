"""Closings: connections that are to be deleted in Xero, because nothing here uses them any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class ClosingRow(Table):
    """One entry of Xero's list of connections to delete. `state`: `pending`, `closed`, `kept` or `left_open`.

    `kept` means that another connection came to use it, `left_open` that no token is left to delete it with. The token
    set is let go of when the closing ends.
    """

    __tablename__ = "closings"
    __table_args__ = (Index("ix_closings_due", "due_at", postgresql_where=text("state = 'pending'")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"), index=True)
    token_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("token_sets.id"), index=True)
    xero_connection_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    last_answer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ended_at: Mapped[datetime | None]
