"""Reading the partner's side: where its app can be asked, and how far the looks at each connection have come."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class ReadEndpointRow(Table):
    """Where a partner's app answers what it holds: for one connection, or for all that have none of their own.

    `bearer` is the encrypted secret that is sent as it is; null where calls are signed, by secrets of their own.
    """

    __tablename__ = "read_endpoints"
    __table_args__ = (
        Index(
            "uq_read_endpoints_scope",
            "partner_id",
            "connection_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("connections.id"))
    url: Mapped[str]
    bearer: Mapped[bytes | None]
    reads_contacts: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class PartnerReadRow(Table):
    """How far the looks at the partner's side of one connection have come.

    `due_at` is when the next step is, null at once, whatever the clocks of API and worker say to each other;
    `claimed_until` is the expiring claim of the one that takes it now. `run` is the look under way
    (`domain.partner.partner_read`), null between two looks; `parked` is a compare that goes on after it. `read_to` is,
    per kind of thing, the app's own clock up to which it was read. `asked_again` says that a look was asked for while
    one was under way: another follows it. `compare_due` asks that the next look lists everything; `compared_at` is when
    that was last done and `compared` what it came to. `failures` and `last_error` are of the calls that failed since
    one did not.
    """

    __tablename__ = "partner_reads"
    __table_args__ = (Index("ix_partner_reads_due", "due_at"),)

    connection_id: Mapped[UUID] = mapped_column(
        ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    run: Mapped[dict[str, Any] | None]
    parked: Mapped[dict[str, Any] | None]
    read_to: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    asked_again: Mapped[bool] = mapped_column(server_default=text("false"))
    compare_due: Mapped[bool] = mapped_column(server_default=text("false"))
    compared_at: Mapped[datetime | None]
    compared: Mapped[dict[str, Any] | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]


class UnlistedRow(Table):
    """A thing that the partner should have and that its list has not named yet, while the list is read through."""

    __tablename__ = "unlisted_things"

    connection_id: Mapped[UUID] = mapped_column(
        ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    partner_id: Mapped[str] = mapped_column(primary_key=True)
    link_id: Mapped[UUID]
