"""what people decided about conflicts and differences

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-28 01:36:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"

# One difference per field: what was before our write is the base, what we wrote is the partner's value.
SPLIT = """
INSERT INTO discrepancies (connection_id, link_id, kind, message, path, "values", moved_by, found_at)
SELECT d.connection_id, d.link_id, d.kind, d.message, field.key,
       CASE WHEN field.value ? 'before' THEN jsonb_build_object('base', field.value -> 'before') ELSE '{}' END
       || CASE WHEN field.value ? 'after' THEN jsonb_build_object('partner', field.value -> 'after') ELSE '{}' END,
       'xero', d.found_at
FROM discrepancies d CROSS JOIN jsonb_each(d."values") field
WHERE d.path = ''
"""
JOIN = """
UPDATE discrepancies SET "values" = jsonb_build_object(
    path,
    CASE WHEN "values" ? 'base' THEN jsonb_build_object('before', "values" -> 'base') ELSE '{}' END
    || CASE WHEN "values" ? 'partner' THEN jsonb_build_object('after', "values" -> 'partner') ELSE '{}' END
)
"""


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.create_table(
        "resolutions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("conflict_id", sa.BigInteger(), nullable=True),
        sa.Column("discrepancy_id", sa.BigInteger(), nullable=True),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "stakes",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("xero_id", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "moves",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "before",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("carried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_resolutions_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolutions")),
    )
    op.create_index(
        "ix_resolutions_conflict",
        "resolutions",
        ["conflict_id"],
        unique=False,
        postgresql_where=sa.text("conflict_id IS NOT NULL"),
    )
    op.create_index(
        "ix_resolutions_discrepancy",
        "resolutions",
        ["discrepancy_id"],
        unique=False,
        postgresql_where=sa.text("discrepancy_id IS NOT NULL"),
    )
    op.create_index(
        "ix_resolutions_listed", "resolutions", ["connection_id", "decided_at", "id"], unique=False
    )
    op.create_index(
        "ix_resolutions_undoes",
        "resolutions",
        ["undoes"],
        unique=False,
        postgresql_where=sa.text("undoes IS NOT NULL"),
    )
    op.create_index(
        "ix_resolutions_waiting",
        "resolutions",
        ["link_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "invoice_sums",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("partner_total", sa.Numeric(), nullable=True),
        sa.Column("partner_paid", sa.Numeric(), nullable=True),
        sa.Column("partner_credited", sa.Numeric(), nullable=True),
        sa.Column("partner_due", sa.Numeric(), nullable=True),
        sa.Column("xero_total", sa.Numeric(), nullable=True),
        sa.Column("xero_paid", sa.Numeric(), nullable=True),
        sa.Column("xero_credited", sa.Numeric(), nullable=True),
        sa.Column("xero_due", sa.Numeric(), nullable=True),
        sa.Column("partner_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_invoice_sums_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["invoice_links.id"], name=op.f("fk_invoice_sums_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_invoice_sums")),
    )
    op.create_index("ix_invoice_sums_connection", "invoice_sums", ["connection_id"], unique=False)
    op.add_column("conflicts", sa.Column("ignored_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conflicts", sa.Column("partner_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conflicts", sa.Column("xero_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_conflicts_open",
        "conflicts",
        ["connection_id", "id"],
        unique=False,
        postgresql_where=sa.text("winner IS NULL AND closed_at IS NULL"),
    )
    op.add_column("connections", sa.Column("manifest_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "contact_links",
        sa.Column(
            "apart",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column(
        "contact_links",
        sa.Column(
            "ignored",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_contact_links_unsettled",
        "contact_links",
        ["connection_id"],
        unique=False,
        postgresql_where=sa.text("state <> 'settled' OR generation > settled_generation"),
    )
    op.add_column("discrepancies", sa.Column("path", sa.Text(), server_default="", nullable=False))
    op.add_column("discrepancies", sa.Column("moved_by", sa.Text(), server_default="unknown", nullable=False))
    op.add_column("discrepancies", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("discrepancies", sa.Column("state", sa.Text(), server_default="open", nullable=False))
    op.add_column("discrepancies", sa.Column("closed_because", sa.Text(), nullable=True))
    op.add_column("discrepancies", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(SPLIT)
    op.execute("DELETE FROM discrepancies WHERE path = ''")
    op.create_index(
        "ix_discrepancies_left",
        "discrepancies",
        ["connection_id", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_index(
        "ix_discrepancies_left_of_link",
        "discrepancies",
        ["link_id"],
        unique=False,
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_index(
        "uq_discrepancies_standing",
        "discrepancies",
        ["link_id", "kind", "path"],
        unique=True,
        postgresql_where=sa.text("state <> 'resolved' AND kind <> 'overwritten_in_xero'"),
    )
    op.add_column(
        "invoice_links",
        sa.Column(
            "apart",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column(
        "invoice_links",
        sa.Column(
            "ignored",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_invoice_links_unsettled",
        "invoice_links",
        ["connection_id"],
        unique=False,
        postgresql_where=sa.text("state <> 'settled' OR generation > settled_generation"),
    )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_index(
        "ix_invoice_links_unsettled",
        table_name="invoice_links",
        postgresql_where=sa.text("state <> 'settled' OR generation > settled_generation"),
    )
    op.drop_column("invoice_links", "ignored")
    op.drop_column("invoice_links", "apart")
    op.drop_index(
        "uq_discrepancies_standing",
        table_name="discrepancies",
        postgresql_where=sa.text("state <> 'resolved' AND kind <> 'overwritten_in_xero'"),
    )
    op.drop_index(
        "ix_discrepancies_left_of_link",
        table_name="discrepancies",
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.drop_index(
        "ix_discrepancies_left", table_name="discrepancies", postgresql_where=sa.text("state <> 'resolved'")
    )
    op.execute("DELETE FROM discrepancies WHERE kind <> 'overwritten_in_xero'")
    op.execute(JOIN)
    op.drop_column("discrepancies", "closed_at")
    op.drop_column("discrepancies", "closed_because")
    op.drop_column("discrepancies", "state")
    op.drop_column("discrepancies", "moved_at")
    op.drop_column("discrepancies", "moved_by")
    op.drop_column("discrepancies", "path")
    op.drop_index(
        "ix_contact_links_unsettled",
        table_name="contact_links",
        postgresql_where=sa.text("state <> 'settled' OR generation > settled_generation"),
    )
    op.drop_column("contact_links", "ignored")
    op.drop_column("contact_links", "apart")
    op.drop_column("connections", "manifest_at")
    op.drop_index(
        "ix_conflicts_open",
        table_name="conflicts",
        postgresql_where=sa.text("winner IS NULL AND closed_at IS NULL"),
    )
    op.drop_column("conflicts", "xero_at")
    op.drop_column("conflicts", "partner_at")
    op.drop_column("conflicts", "ignored_at")
    op.drop_index("ix_invoice_sums_connection", table_name="invoice_sums")
    op.drop_table("invoice_sums")
    op.drop_index(
        "ix_resolutions_waiting", table_name="resolutions", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_index(
        "ix_resolutions_undoes", table_name="resolutions", postgresql_where=sa.text("undoes IS NOT NULL")
    )
    op.drop_index("ix_resolutions_listed", table_name="resolutions")
    op.drop_index(
        "ix_resolutions_discrepancy",
        table_name="resolutions",
        postgresql_where=sa.text("discrepancy_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_resolutions_conflict",
        table_name="resolutions",
        postgresql_where=sa.text("conflict_id IS NOT NULL"),
    )
    op.drop_table("resolutions")
