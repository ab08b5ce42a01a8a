"""Notices: what the partner is told of a connection itself, beside the changes of what is linked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class NoticeRow(Table):
    """One notice, sent until the partner's app takes it.

    `state`: `pending`, `delivered`, or `kept`, which is for the feed alone.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_feed", "connection_id", "id"),
        Index("ix_notices_created_at", "created_at"),
        Index("ix_notices_waiting", "connection_id", "id", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    type: Mapped[str]
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_until: Mapped[datetime | None]
    last_answer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    answered_at: Mapped[datetime | None]
