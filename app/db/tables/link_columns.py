"""The columns that the link tables share: what is kept of a link of any kind, and what of one that has a hub."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.skips import Skippable


class LinkColumns(Skippable):
    """What every link has: where it stands, why and since when, and the values of both sides.

    `updated_at` moves with every write, whoever makes it.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    correlation_id: Mapped[str | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    touched_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), onupdate=func.clock_timestamp()
    )

    state: Mapped[str] = mapped_column(server_default="behind")
    reason_code: Mapped[str | None] = mapped_column()
    reason_message: Mapped[str | None] = mapped_column()
    reason_cure: Mapped[str | None] = mapped_column()
    since_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    generation: Mapped[int] = mapped_column(BigInteger, server_default="1")
    settled_generation: Mapped[int] = mapped_column(BigInteger, server_default="0")

    record: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    partner_shadow: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    xero_shadow: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    unanswered: Mapped[dict[str, Any] | None] = mapped_column()


class HubColumns(LinkColumns):
    """What an invoice's and a contact's link have beside that: the hub (`domain.record.hub`) and the newest document.

    `partner_apart` and `xero_apart` are what does not travel and each side keeps for itself (`domain.record.apart`);
    `parted` and `ignored` are what people decided of held conflicts. `xero_due` asks for a read; `xero_updated_at` is
    Xero's clock at what we hold, `read_updated_at` at our last read before a write.
    """

    document: Mapped[dict[str, Any] | None] = mapped_column()
    document_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    document_based_on: Mapped[int | None] = mapped_column(BigInteger)
    document_at: Mapped[datetime | None] = mapped_column()
    acked_revision: Mapped[int] = mapped_column(BigInteger, server_default="0")
    acked_version: Mapped[int] = mapped_column(BigInteger, server_default="0")

    revision: Mapped[int] = mapped_column(BigInteger, server_default="0")
    merged_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    merged_based_on: Mapped[int] = mapped_column(BigInteger, server_default="0")
    open_conflicts: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    partner_apart: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    xero_apart: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    parted: Mapped[dict[str, Any]] = mapped_column("apart", server_default=text("'{}'"))
    ignored: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))

    xero_due: Mapped[bool] = mapped_column(server_default=text("false"))
    xero_updated_at: Mapped[datetime | None] = mapped_column()
    read_updated_at: Mapped[datetime | None] = mapped_column()
