"""What businesses chose, as it was from version to version."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class SettingsVersionRow(Table):
    """One version of a connection's settings, whole; rows are only ever added.

    `number` is the connection's `settings_version` from then on. `key_id` is the API key that made the change, null
    where Plumbline began the settings itself; `restored_from` the version that it brought back.
    """

    __tablename__ = "settings_versions"
    __table_args__ = (Index("uq_settings_versions_number", "connection_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    number: Mapped[int]
    settings: Mapped[dict[str, Any]]
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_keys.id", ondelete="SET NULL"))
    restored_from: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
