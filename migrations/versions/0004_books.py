"""what lists of invoices and contacts are narrowed and sorted by

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-28 01:34:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"

INVOICES, CONTACTS = "invoice_links", "contact_links"
LISTED = ["created_at", "id"]

HAS_SOME = """(jsonb_path_exists(record, '$.keyvalue() ? (@.key starts with "{0}/")')
    OR jsonb_path_exists(xero_shadow, '$.keyvalue() ? (@.key starts with "{0}/")')
    OR jsonb_path_exists(document, '$.{0}[0]'))"""

IS_BEHIND = "generation > settled_generation OR state = 'behind'"

INDEXES = (
    ("ix_invoice_links_updated", INVOICES, ["updated_at", "id"], None),
    (
        "ix_invoice_links_contact",
        INVOICES,
        [sa.text("coalesce(record ->> 'contact', document #>> '{contact,id}')"), *LISTED],
        None,
    ),
    (
        "ix_invoice_links_status",
        INVOICES,
        [sa.text("coalesce(shown_status, document ->> 'status')"), *LISTED],
        None,
    ),
    ("ix_invoice_links_reason", INVOICES, ["reason_code", *LISTED], "reason_code IS NOT NULL"),
    ("ix_invoice_links_not_in_xero", INVOICES, LISTED, "xero_invoice_id IS NULL"),
    ("ix_invoice_links_payments", INVOICES, LISTED, HAS_SOME.format("payments")),
    ("ix_invoice_links_credits", INVOICES, LISTED, HAS_SOME.format("credits")),
    ("ix_invoice_links_behind_listed", INVOICES, LISTED, IS_BEHIND),
    ("ix_contact_links_behind_listed", CONTACTS, LISTED, IS_BEHIND),
    ("ix_contact_links_updated", CONTACTS, ["updated_at", "id"], None),
    (
        "ix_contact_links_name",
        CONTACTS,
        [sa.text("lower(coalesce(record ->> 'name', details ->> 'name')) text_pattern_ops")],
        None,
    ),
    ("ix_contact_links_not_in_xero", CONTACTS, LISTED, "xero_contact_id IS NULL"),
)
"""Each within a connection: name, table, columns, and the rows that it is for."""


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table in (INVOICES, CONTACTS):
        now = sa.text("now()")
        op.add_column(
            table, sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False)
        )
    op.add_column(CONTACTS, sa.Column("marker_number", sa.Integer(), server_default="0", nullable=False))
    op.add_column(INVOICES, sa.Column("shown_status", sa.Text(), nullable=True))
    op.add_column(INVOICES, sa.Column("payment_fees", _json(), nullable=True))
    op.execute("UPDATE contact_links SET updated_at = greatest(touched_at, since_at)")
    # What Xero says is paid is shown as paid; whatever else covers a total is found when the link is looked at again.
    op.execute(
        "UPDATE invoice_links SET updated_at = greatest(touched_at, since_at), shown_status ="
        " CASE WHEN record ->> 'status' = 'sent' AND xero_status = 'PAID' THEN 'paid' ELSE record ->> 'status' END"
    )
    for name, table, columns, rows in INDEXES:
        which = sa.text(rows) if rows else None
        op.create_index(name, table, ["connection_id", *columns], unique=False, postgresql_where=which)
    _create_moments()
    _create_link_usage()


def _create_moments() -> None:
    """A document that is held was taken in when it says so."""
    op.create_table(
        "moments",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", _json(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_moments_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moments")),
    )
    op.create_index("ix_moments_link", "moments", ["link_id", "id"], unique=False)
    for table in (INVOICES, CONTACTS):
        op.execute(
            "INSERT INTO moments (connection_id, link_id, kind, facts, at) SELECT connection_id, id, 'document',"  # noqa: S608 - our tables
            " jsonb_build_object('version', document_version, 'based_on', document_based_on), document_at"
            f" FROM {table} WHERE document_at IS NOT NULL ORDER BY document_at"
        )


def _create_link_usage() -> None:
    op.create_table(
        "link_usage",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("calls", sa.Numeric(18, 6), nullable=False),
        sa.Column("bytes_sent", sa.BigInteger(), nullable=False),
        sa.Column("bytes_received", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_link_usage_connection_id")
        ),
        sa.PrimaryKeyConstraint("link_id", "used_on", name=op.f("pk_link_usage")),
    )
    op.create_index("ix_link_usage_connection", "link_usage", ["connection_id", "used_on"], unique=False)


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_table("link_usage")
    op.drop_table("moments")
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    for column in ("payment_fees", "shown_status", "updated_at"):
        op.drop_column(INVOICES, column)
    for column in ("marker_number", "updated_at"):
        op.drop_column(CONTACTS, column)


def _json() -> postgresql.JSONB:
    return postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
