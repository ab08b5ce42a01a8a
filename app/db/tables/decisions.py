"""What people decided about conflicts and differences, and what each side's invoices come to."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class ResolutionRow(Table):
    """A person's decision (`domain.findings.resolution`), or the wish to take one back (`undoes`).

    The API inserts it; everything from `state` on is the reconcile's, which carries it out. `stakes` are its paths with
    the values before and after, `moves` what it came to in the record. `xero_id` is the other identity of a link that
    is linked anew, which others may have too where `is_shared`, and `before` what is needed to link it back. `key_id`
    names the API key of the one who decided.
    """

    __tablename__ = "resolutions"
    __table_args__ = (
        Index("ix_resolutions_waiting", "link_id", postgresql_where=text("state = 'waiting'")),
        Index("ix_resolutions_waiting_of", "connection_id", postgresql_where=text("state = 'waiting'")),
        Index("ix_resolutions_listed", "connection_id", "decided_at", "id"),
        Index("ix_resolutions_conflict", "conflict_id", postgresql_where=text("conflict_id IS NOT NULL")),
        Index(
            "ix_resolutions_discrepancy",
            "discrepancy_id",
            postgresql_where=text("discrepancy_id IS NOT NULL"),
        ),
        Index("ix_resolutions_undoes", "undoes", postgresql_where=text("undoes IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID]
    kind: Mapped[str]
    conflict_id: Mapped[int | None] = mapped_column(BigInteger)
    discrepancy_id: Mapped[int | None] = mapped_column(BigInteger)
    undoes: Mapped[UUID | None]
    action: Mapped[str]
    stakes: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    xero_id: Mapped[str | None]
    content: Mapped[str | None]
    is_shared: Mapped[bool] = mapped_column(server_default=text("false"))
    note: Mapped[str | None]
    key_id: Mapped[UUID | None]
    decided_at: Mapped[datetime]

    state: Mapped[str] = mapped_column(server_default="waiting")
    reason: Mapped[str | None]
    moves: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    before: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    carried_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class InvoiceSumRow(Table):
    """What one invoice comes to on each side, in its currency, so that totals are a query (`domain.invoices.sums`).

    Null where a side does not show the invoice, or its sum cannot be known; `is_counted` is false while it stays at
    home on purpose. `partner_at` is when the partner's side last spoke of it.
    """

    __tablename__ = "invoice_sums"
    __table_args__ = (Index("ix_invoice_sums_connection", "connection_id"),)

    link_id: Mapped[UUID] = mapped_column(
        ForeignKey("invoice_links.id", ondelete="CASCADE"), primary_key=True
    )
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    currency: Mapped[str]
    is_counted: Mapped[bool]
    partner_total: Mapped[Decimal | None]
    partner_paid: Mapped[Decimal | None]
    partner_credited: Mapped[Decimal | None]
    partner_due: Mapped[Decimal | None]
    xero_total: Mapped[Decimal | None]
    xero_paid: Mapped[Decimal | None]
    xero_credited: Mapped[Decimal | None]
    xero_due: Mapped[Decimal | None]
    partner_at: Mapped[datetime | None]
