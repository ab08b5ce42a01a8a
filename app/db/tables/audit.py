"""The audit log: who did what, for good."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class AuditEntryRow(Table):
    """One act (`domain.connections.audit`). Rows are only ever added: a trigger refuses UPDATE, DELETE and TRUNCATE.

    `connection_id` and `key_id` refer to nothing, so that an entry outlives what it is about. `hash` covers the content
    and the hash before it in the partner's log; the log of the whole installation has no `partner_id`.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_partner_id", "partner_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partners.id"))
    connection_id: Mapped[UUID | None]
    action: Mapped[str]
    subject: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    actor: Mapped[str]
    key_id: Mapped[UUID | None]
    at: Mapped[datetime]
    hash: Mapped[bytes]
