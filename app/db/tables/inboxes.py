"""The inboxes: what the sides sent, each event once, and Xero's webhooks as they came."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class XeroWebhookRow(Table):
    """Xero's webhooks as they came and were answered, each until its events have been read out of it.

    `body` is what Xero signed, byte for byte. `again_at` is set by a failure of reading it, of which there were so many
    `failures`; until then nobody tries.
    """

    __tablename__ = "xero_webhooks"
    __table_args__ = (
        Index("ix_xero_webhooks_unread", "id", postgresql_where=text("again_at IS NULL")),
        Index("ix_xero_webhooks_failed", "again_at", postgresql_where=text("again_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    xero_app_id: Mapped[UUID | None]
    body: Mapped[bytes]
    received_at: Mapped[datetime]
    correlation_id: Mapped[str | None]
    trace: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    again_at: Mapped[datetime | None]


class XeroEventRow(Table):
    """The inbox of Xero's events, each stored once (Xero gives them no id; FACTS 3).

    `taken_at` is set by the reconcile that looked at what the event points to. `connection_id` is null when the
    tenant is unknown. `replayed_at` is when a person last asked to look at it again; its date is not believed since.
    """

    __tablename__ = "xero_events"
    __table_args__ = (
        Index(
            "uq_xero_events_identity",
            "connection_id",
            "tenant_id",
            "category",
            "resource_id",
            "event_type",
            "dated",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_xero_events_listed", "connection_id", "received_at", "id"),
        Index("ix_xero_events_received_at", "received_at"),
        Index("ix_xero_events_waiting", "connection_id", "id", postgresql_where=text("taken_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("connections.id"))
    tenant_id: Mapped[str]
    category: Mapped[str]
    event_type: Mapped[str]
    resource_id: Mapped[str]
    dated: Mapped[str]
    dated_at: Mapped[datetime | None]
    payload: Mapped[dict[str, Any]]
    correlation_id: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    taken_at: Mapped[datetime | None]
    replayed_at: Mapped[datetime | None]


class PartnerEventRow(Table):
    """The inbox of the partner's webhooks, each stored once by its webhook id; `outcome` says what became of it.

    `connection_id` is the one that it names; null where it names none of the partner's. `replayed_at` and
    `replay_outcome` are of the last time that a person had it taken in again.
    """

    __tablename__ = "partner_events"
    __table_args__ = (
        Index("uq_partner_events_webhook_id", "partner_id", "webhook_id", unique=True),
        Index("ix_partner_events_received_at", "received_at"),
        Index("ix_partner_events_listed", "connection_id", "received_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("connections.id"))
    webhook_id: Mapped[str]
    event_type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    correlation_id: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    replayed_at: Mapped[datetime | None]
    replay_outcome: Mapped[str | None]
