"""Test transactions: what each one is about to try at Xero, and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class TestTransactionRow(Table):
    """One test transaction. `state`: `waiting`, `running`, `cleaning`, then `passed` or `failed`.

    `steps` says of each step what became of it, before and after its call. Whoever works on it moves `due_at` ahead and
    signs as `claimed_by`, so that another takes it up when that one dies. Xero's ids stand from when they are known.
    """

    __test__ = False

    __tablename__ = "test_transactions"
    __table_args__ = (
        Index(
            "uq_test_transactions_open",
            "connection_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_test_transactions_due", "due_at", postgresql_where=text("ended_at IS NULL")),
        Index("ix_test_transactions_listed", "connection_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    state: Mapped[str] = mapped_column(server_default="waiting")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    ended_at: Mapped[datetime | None]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    xero_contact_id: Mapped[str | None]
    xero_invoice_id: Mapped[str | None]
