"""Idempotency keys: calls that may come again, and what they were answered."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class IdempotencyKeyRow(Table):
    """One `Idempotency-Key` of a partner: whose claim it is to answer it, and what the answer was.

    `fingerprint` is the SHA-256 of the request that it stands for, `role` that of the API key which sent it. `owner` is
    the attempt that answers now, until `claimed_until`. `committed_at` is written in the very transaction in which an
    attempt commits its work. `status` and `answer` (headers and body, encrypted) are what was answered. A day after
    `claimed_at` the key may stand for another request, and the row is pruned.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("partner_id", "key"),
        Index("ix_idempotency_keys_claimed_at", "claimed_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"))
    key: Mapped[str]
    fingerprint: Mapped[bytes]
    role: Mapped[str]
    owner: Mapped[UUID]
    claimed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_until: Mapped[datetime]
    committed_at: Mapped[datetime | None]
    status: Mapped[int | None]
    answer: Mapped[bytes | None]
