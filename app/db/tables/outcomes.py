"""What came of it: changes for the partner, conflicts, discrepancies, attempts.

A `link_id` here is that of an invoice's link or of a contact's, of an attempt also of a product's: ids are unique over
all of them, and links are never deleted.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class ChangeRow(Table):
    """An entry of the feed: what the partner's side must now show. `id` is the cursor.

    Cursors of one connection grow in the order of commit, because only the holder of the connection's lease inserts
    them. `kind` says what the link is of: `invoice` or `contact`. `moves` is the canonical form (path to before and
    after), `body` what the partner is sent. `state`: `pending`, `applied`, `refused`, `superseded`. `is_resend`: it was
    applied, and a person wants it sent again, so it waits even if the partner's side needs nothing.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("uq_changes_revision", "link_id", "revision", unique=True),
        Index("ix_changes_feed", "connection_id", "id"),
        Index("ix_changes_due", "connection_id", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_changes_pending", "link_id", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(server_default="invoice")
    revision: Mapped[int] = mapped_column(BigInteger)
    moves: Mapped[dict[str, Any]]
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_until: Mapped[datetime | None]
    is_resend: Mapped[bool] = mapped_column(server_default=text("false"))
    last_answer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    answered_at: Mapped[datetime | None]


class ConflictRow(Table):
    """The same thing changed on both sides: base and both values are kept whatever was decided.

    `winner` is null while it is held; `closed_at` is when a held one ended, `ignored_at` since when a person has left
    it as it is. `partner_at` and `xero_at` are when each side last moved before it was found, as far as it is known.
    `policy` is the policy or the direction that decided, `policy_field` the name under which it was chosen for a field,
    null where it is the overall one.
    """

    __tablename__ = "conflicts"
    __table_args__ = (
        Index("ix_conflicts_link", "link_id", "id"),
        Index("ix_conflicts_feed", "connection_id", "id"),
        Index(
            "ix_conflicts_open",
            "connection_id",
            "id",
            postgresql_where=text("winner IS NULL AND closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID]
    path: Mapped[str]
    values: Mapped[dict[str, Any]]
    """`base`, `partner` and `xero`; one that is missing was not there."""
    winner: Mapped[str | None]
    policy: Mapped[str]
    policy_field: Mapped[str | None]
    revision: Mapped[int] = mapped_column(BigInteger)
    found_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    closed_at: Mapped[datetime | None]
    ignored_at: Mapped[datetime | None]
    partner_at: Mapped[datetime | None]
    xero_at: Mapped[datetime | None]


class DiscrepancyRow(Table):
    """A difference for a person (`domain.findings.discrepancy`): of one field, or with an empty `path` of the whole.

    `state` is `open`, `ignored` while the values stay as they were, or `resolved`, with when and why. `moved_by` is the
    side that moved it there, as far as it is known, and `moved_at` when.
    """

    __tablename__ = "discrepancies"
    __table_args__ = (
        Index("ix_discrepancies_link", "link_id", "id"),
        Index("ix_discrepancies_feed", "connection_id", "id"),
        Index("ix_discrepancies_left", "connection_id", "id", postgresql_where=text("state <> 'resolved'")),
        Index("ix_discrepancies_left_of_link", "link_id", postgresql_where=text("state <> 'resolved'")),
        # What stands is one difference, however often it is found; what may have been overwritten happens each time.
        Index(
            "uq_discrepancies_standing",
            "link_id",
            "kind",
            "path",
            unique=True,
            postgresql_where=text("state <> 'resolved' AND kind <> 'overwritten_in_xero'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID]
    kind: Mapped[str]
    path: Mapped[str] = mapped_column(server_default="")
    message: Mapped[str]
    values: Mapped[dict[str, Any]]
    """`base`, `partner` and `xero`; one that is missing is not known, or was not there."""
    moved_by: Mapped[str] = mapped_column(server_default="unknown")
    moved_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="open")
    closed_because: Mapped[str | None]
    found_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    closed_at: Mapped[datetime | None]


class AttemptRow(Table):
    """The record of one action on Xero: what was asked, what came of it, and what Xero said.

    `read_updated_at` and `wrote_updated_at` are Xero's clock at the read before a write and at its answer.
    """

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_link", "link_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID]
    action: Mapped[str]
    moves: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    message: Mapped[str | None]
    read_updated_at: Mapped[datetime | None]
    wrote_updated_at: Mapped[datetime | None]
    correlation_id: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
