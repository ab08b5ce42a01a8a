"""Xero's webhook subscriptions, one for each Xero app, as far as they can be told from what arrives."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class SubscriptionRow(Table):
    """What arrived of one Xero app's webhooks, and what did not. `xero_app_id` is null for Plumbline's own app.

    `sequence` is the newest number that was seen, the gaps below it that nobody acted on yet, and how many deliveries
    in a row were below it (see `domain.connections.event_sequence`). `heard_at` is when an event last arrived. `untold`
    counts the sweeps since then that found changes which no event had told of, `untold_since` is the first of these;
    `silent_since` is when the operator was told, null while all is well. `gaps` and `events_missed` count for good.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index("uq_subscriptions_xero_app", "xero_app_id", unique=True, postgresql_nulls_not_distinct=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    xero_app_id: Mapped[UUID | None] = mapped_column(ForeignKey("xero_apps.id"))
    sequence: Mapped[dict[str, Any] | None]
    heard_at: Mapped[datetime | None]
    untold: Mapped[int] = mapped_column(server_default="0")
    untold_since: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]
    gaps: Mapped[int] = mapped_column(BigInteger, server_default="0")
    events_missed: Mapped[int] = mapped_column(BigInteger, server_default="0")
