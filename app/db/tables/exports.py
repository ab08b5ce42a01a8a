"""Exports: the runs, and what came of each thing that a run looked at."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table

UNDER_WAY = "state IN ('running', 'paused')"
WORKABLE = "state = 'running' OR is_portion_open"


class ExportRow(Table):
    """One run (see `domain.exports.export`). Of one connection, one at a time is under way.

    `cursor` and `found` belong to the listing; `progress` is summed up from the things whenever any of them moves, in
    the same transaction. `number` grows with everything that there is to show: it is the event's id for whoever
    watches. The loop writes all of it but what somebody orders (`state` and the instants), which the API writes too;
    both hold the connection's row.
    """

    __tablename__ = "exports"
    __table_args__ = (
        Index("uq_exports_under_way", "connection_id", unique=True, postgresql_where=text(UNDER_WAY)),
        Index("ix_exports_workable", "connection_id", postgresql_where=text(WORKABLE)),
        Index("ix_exports_listed", "connection_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    state: Mapped[str]
    stages: Mapped[list[str]]
    implied: Mapped[list[str]]
    issued_from: Mapped[date | None]
    issued_to: Mapped[date | None]
    all_contacts: Mapped[bool]
    dry_run: Mapped[bool]
    note: Mapped[str | None]
    number: Mapped[int] = mapped_column(BigInteger, server_default="1")
    progress: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    cursor: Mapped[dict[str, Any] | None]
    found: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    is_portion_open: Mapped[bool] = mapped_column(server_default=text("false"))
    calls_spent: Mapped[int] = mapped_column(server_default="0")
    stumbles: Mapped[int] = mapped_column(server_default="0")
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    listed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ExportThingRow(Table):
    """One thing of a run: a link, or with a `key` a payment or a credit of an invoice's link.

    `id` is the cursor of the report. `planned` is what was foreseen of it, `outcome` what came of it, null until then;
    code, message and cure belong to the newer of the two, `paths` are what would move or moved. `due_at` is when it
    was taken up; attempts of its link count after the number `after_attempt`, the newest at the listing. The other
    columns are what the report shows, as it was at that time: `total` and `xero_total` are what each side has of it,
    `xero_page_id` which page of Xero shows it.
    """

    __tablename__ = "export_things"
    __table_args__ = (
        Index("uq_export_things_thing", "export_id", "kind", "link_id", "key", unique=True),
        Index("ix_export_things_listed", "export_id", "id"),
        Index("ix_export_things_number", "export_id", "xero_number"),
        Index(
            "ix_export_things_waiting",
            "export_id",
            "stage_rank",
            "id",
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    export_id: Mapped[UUID] = mapped_column(ForeignKey("exports.id", ondelete="CASCADE"))
    stage: Mapped[str]
    stage_rank: Mapped[int]
    """The stage's place in the order of stages."""
    kind: Mapped[str]
    link_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(server_default="")
    was_in_xero: Mapped[bool]
    planned: Mapped[str]
    outcome: Mapped[str | None]
    code: Mapped[str | None]
    message: Mapped[str | None]
    cure: Mapped[str | None]
    paths: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    due_at: Mapped[datetime | None]
    after_attempt: Mapped[int] = mapped_column(BigInteger)
    done_at: Mapped[datetime | None]
    partner_id: Mapped[str]
    xero_id: Mapped[str | None]
    partner_number: Mapped[str | None]
    xero_number: Mapped[str | None]
    customer: Mapped[str | None]
    currency: Mapped[str | None]
    total: Mapped[Decimal | None] = mapped_column(Numeric)
    xero_total: Mapped[Decimal | None] = mapped_column(Numeric)
    xero_page_id: Mapped[str | None]
