"""The tables, each with what it is for. PostgreSQL only; every instant is timestamptz, every id a UUID that we made.

Who writes which column of a link is fixed, so that an API call and a reconcile never undo each other: intake owns the
document columns and raises `generation`; delivery raises `acked_revision` and `acked_version`; everything else is the
reconcile's, which writes under the connection's lease.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        date: Date(),
        str: Text(),
        int: Integer(),
        bytes: LargeBinary(),
        dict[str, Any]: JSONB(none_as_null=True),
        list[str]: JSONB(none_as_null=True),
        list[dict[str, Any]]: JSONB(none_as_null=True),
    }


class PartnerRow(Table):
    """A company whose app calls us. Its two webhook secrets are encrypted; `webhook_url` is where changes go."""

    __tablename__ = "partners"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    webhook_url: Mapped[str | None]
    secret_in: Mapped[bytes]
    """Signs what the partner sends to us."""
    secret_out: Mapped[bytes]
    """Signs what we send to the partner."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ApiKeyRow(Table):
    """An API key: only its hash is kept; `prefix` is what a person may see of it."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"), index=True)
    prefix: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    revoked_at: Mapped[datetime | None]


class TokenSetRow(Table):
    """What one person's consent gave us; one set can serve several connections (FACTS 1).

    The tokens are encrypted. `refresh_owner` and `refresh_until` are the expiring claim of the one that refreshes now;
    `previous_refresh_token` is kept for Xero's grace after a rotation. `dead_reason` says why only a new consent helps.
    """

    __tablename__ = "token_sets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    access_token: Mapped[bytes]
    refresh_token: Mapped[bytes]
    previous_refresh_token: Mapped[bytes | None]
    expires_at: Mapped[datetime]
    scopes: Mapped[str]
    xero_user_id: Mapped[str]
    refreshed_at: Mapped[datetime]
    refresh_owner: Mapped[str | None]
    refresh_until: Mapped[datetime | None]
    dead_reason: Mapped[str | None]


class ConnectionRow(Table):
    """One business joined to one Xero organisation.

    `generation` is raised by whatever gives a reason to look; a connection is behind while it exceeds
    `settled_generation`. `lease_owner` and `lease_until` name the one worker that reconciles it now. `retry_at` is when
    to look again after Xero was down or asked us to wait, with the reason in `retry_reason`. `swept_to` is Xero's clock up to which
    changes were looked for, `sweep_due` asks for the next look.
    """

    __tablename__ = "connections"
    __table_args__ = (
        Index("ix_connections_behind", "id", postgresql_where=text("generation > settled_generation")),
        Index("ix_connections_tenant_id_lower", text("lower(tenant_id)")),
        Index("ix_connections_swept_at", "swept_at", postgresql_where=text("state = 'active'")),
        Index(
            "uq_connections_partner_tenant",
            "partner_id",
            "tenant_id",
            unique=True,
            postgresql_where=text("tenant_id IS NOT NULL AND state <> 'removed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), index=True)
    business_id: Mapped[str]
    display_name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="pending")
    reason: Mapped[str | None]
    since_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    tenant_id: Mapped[str | None]
    xero_connection_id: Mapped[str | None]
    token_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("token_sets.id"), index=True)
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    settings_version: Mapped[int] = mapped_column(server_default="0")
    organisation: Mapped[dict[str, Any] | None]
    organisation_fetched_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(BigInteger, server_default="0")
    settled_generation: Mapped[int] = mapped_column(BigInteger, server_default="0")
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    retry_reason: Mapped[str | None]
    retries: Mapped[int] = mapped_column(server_default="0")
    sweep_due: Mapped[bool] = mapped_column(server_default=text("false"))
    swept_to: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class OAuthStateRow(Table):
    """A consent that was begun: single use, short-lived. `state_hash` is the SHA-256 of what travelled."""

    __tablename__ = "oauth_states"

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"), index=True)
    code_verifier: Mapped[bytes]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class XeroEventRow(Table):
    """The inbox of Xero's events, each stored once (Xero gives them no id; FACTS 3).

    `taken_at` is set by the reconcile that looked at what the event points to. `connection_id` is null when the tenant is unknown.
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
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    taken_at: Mapped[datetime | None]


class PartnerEventRow(Table):
    """The inbox of the partner's webhooks, each stored once by its webhook id; `outcome` says what became of it."""

    __tablename__ = "partner_events"
    __table_args__ = (Index("uq_partner_events_webhook_id", "partner_id", "webhook_id", unique=True),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    webhook_id: Mapped[str]
    event_type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ContactLinkRow(Table):
    """The pair of identities of one contact. `details` is the partner's newest word on it (name, email, phone).

    `intent_key` and `intent_at` stand from before the create call until its answer is recorded.
    """

    __tablename__ = "contact_links"
    __table_args__ = (
        Index("uq_contact_links_partner", "connection_id", "partner_contact_id", unique=True),
        Index(
            "uq_contact_links_xero",
            "connection_id",
            "xero_contact_id",
            unique=True,
            postgresql_where=text("xero_contact_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    partner_contact_id: Mapped[str]
    xero_contact_id: Mapped[str | None]
    details: Mapped[dict[str, Any]]
    intent_key: Mapped[str | None]
    intent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class InvoiceLinkRow(Table):
    """The pair of identities of one invoice, and what we know of each side (see `domain.hub`).

    The document columns are the partner's newest document as it came; `merged_version` is the version that the record has
    taken in. `line_ids` and `payment_ids` map Xero's ids to our keys. `xero_due` asks for a read; `read_updated_at` and
    `wrote_updated_at` are Xero's clock at our last read before a write and at its answer. `intents` are creates that were begun:
    what (`invoice` or a payment's key) to key and time.
    """

    __tablename__ = "invoice_links"
    __table_args__ = (
        Index("uq_invoice_links_partner", "connection_id", "partner_invoice_id", unique=True),
        Index(
            "uq_invoice_links_xero",
            "connection_id",
            "xero_invoice_id",
            unique=True,
            postgresql_where=text("xero_invoice_id IS NOT NULL"),
        ),
        Index(
            "ix_invoice_links_behind",
            "connection_id",
            "touched_at",
            postgresql_where=text("generation > settled_generation"),
        ),
        Index(
            "ix_invoice_links_unfinished", "connection_id", postgresql_where=text("intents <> '{}'::jsonb")
        ),
        Index("ix_invoice_links_held", "connection_id", postgresql_where=text("state = 'held'")),
        Index("ix_invoice_links_partner_number", "connection_id", "partner_number"),
        Index("ix_invoice_links_xero_number", "connection_id", "xero_number"),
        Index("ix_invoice_links_listed", "connection_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    partner_invoice_id: Mapped[str]
    xero_invoice_id: Mapped[str | None]
    partner_number: Mapped[str | None]
    xero_number: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    touched_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    state: Mapped[str] = mapped_column(server_default="behind")
    reason_code: Mapped[str | None]
    reason_message: Mapped[str | None]
    reason_cure: Mapped[str | None]
    since_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    generation: Mapped[int] = mapped_column(BigInteger, server_default="1")
    settled_generation: Mapped[int] = mapped_column(BigInteger, server_default="0")

    document: Mapped[dict[str, Any] | None]
    document_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    document_based_on: Mapped[int | None] = mapped_column(BigInteger)
    document_at: Mapped[datetime | None]
    acked_revision: Mapped[int] = mapped_column(BigInteger, server_default="0")
    acked_version: Mapped[int] = mapped_column(BigInteger, server_default="0")

    record: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    partner_shadow: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    xero_shadow: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    unanswered: Mapped[dict[str, Any] | None]
    revision: Mapped[int] = mapped_column(BigInteger, server_default="0")
    merged_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    merged_based_on: Mapped[int] = mapped_column(BigInteger, server_default="0")
    open_conflicts: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))

    line_ids: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    payment_ids: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    intents: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    xero_due: Mapped[bool] = mapped_column(server_default=text("false"))
    xero_status: Mapped[str | None]
    xero_total: Mapped[str | None]
    xero_amount_due: Mapped[str | None]
    xero_updated_at: Mapped[datetime | None]
    read_updated_at: Mapped[datetime | None]
    wrote_updated_at: Mapped[datetime | None]
    tax_amounts_sent: Mapped[bool] = mapped_column(server_default=text("false"))


class ChangeRow(Table):
    """An entry of the feed: what the partner's side must now show. `id` is the cursor.

    Cursors of one connection grow in the order of commit, because only the holder of the connection's lease inserts them. `moves` is the canonical form
    (path to before and after), `body` what the partner is sent. `state`: `pending`, `applied`, `refused`, `superseded`.
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
    link_id: Mapped[UUID] = mapped_column(ForeignKey("invoice_links.id"))
    revision: Mapped[int] = mapped_column(BigInteger)
    moves: Mapped[dict[str, Any]]
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_until: Mapped[datetime | None]
    last_answer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    answered_at: Mapped[datetime | None]


class ConflictRow(Table):
    """The same thing changed on both sides: base and both values are kept whatever was decided.

    `winner` is null while it is held; `closed_at` is when a held one ended.
    """

    __tablename__ = "conflicts"
    __table_args__ = (
        Index("ix_conflicts_link", "link_id", "id"),
        Index("ix_conflicts_feed", "connection_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID] = mapped_column(ForeignKey("invoice_links.id"))
    path: Mapped[str]
    values: Mapped[dict[str, Any]]
    """`base`, `partner` and `xero`; one that is missing was not there."""
    winner: Mapped[str | None]
    policy: Mapped[str]
    revision: Mapped[int] = mapped_column(BigInteger)
    found_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    closed_at: Mapped[datetime | None]


class DiscrepancyRow(Table):
    """A difference that no merge explains, for a person: above all an edit in Xero that our write may have overwritten."""

    __tablename__ = "discrepancies"
    __table_args__ = (
        Index("ix_discrepancies_link", "link_id", "id"),
        Index("ix_discrepancies_feed", "connection_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID] = mapped_column(ForeignKey("invoice_links.id"))
    kind: Mapped[str]
    message: Mapped[str]
    values: Mapped[dict[str, Any]]
    found_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class AttemptRow(Table):
    """The record of one action on Xero: what was asked, what came of it, and what Xero said."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_link", "link_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID] = mapped_column(ForeignKey("invoice_links.id"))
    action: Mapped[str]
    moves: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    message: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
