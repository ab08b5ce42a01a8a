"""Xero apps that partners registered with Xero themselves, in place of Plumbline's own."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class XeroAppRow(Table):
    """One app of a partner's. Its secret and its webhook key are encrypted; the key is null until Xero gave one."""

    __tablename__ = "xero_apps"
    __table_args__ = (
        Index("uq_xero_apps_client_id", "partner_id", "client_id", unique=True),
        Index("ix_xero_apps_listed", "partner_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    name: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[bytes]
    webhook_key: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
