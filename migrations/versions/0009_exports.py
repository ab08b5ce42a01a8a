"""export runs

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-28 01:39:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"

JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stages", JSON, nullable=False),
        sa.Column("implied", JSON, nullable=False),
        sa.Column("issued_from", sa.Date(), nullable=True),
        sa.Column("all_contacts", sa.Boolean(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("progress", JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("cursor", JSON, nullable=True),
        sa.Column("found", JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("is_portion_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("calls_spent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stumbles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_exports_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index(
        "uq_exports_under_way",
        "exports",
        ["connection_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.create_index(
        "ix_exports_workable",
        "exports",
        ["connection_id"],
        unique=False,
        postgresql_where=sa.text("state = 'running' OR is_portion_open"),
    )
    op.create_index("ix_exports_listed", "exports", ["connection_id", "created_at", "id"], unique=False)
    op.create_table(
        "export_things",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_rank", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("was_in_xero", sa.Boolean(), nullable=False),
        sa.Column("planned", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("cure", sa.Text(), nullable=True),
        sa.Column("paths", JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("after_attempt", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("xero_id", sa.Text(), nullable=True),
        sa.Column("partner_number", sa.Text(), nullable=True),
        sa.Column("xero_number", sa.Text(), nullable=True),
        sa.Column("customer", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("xero_total", sa.Numeric(), nullable=True),
        sa.Column("xero_page_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["export_id"], ["exports.id"], name=op.f("fk_export_things_export_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_things")),
    )
    op.create_index(
        "uq_export_things_thing", "export_things", ["export_id", "kind", "link_id", "key"], unique=True
    )
    op.create_index("ix_export_things_listed", "export_things", ["export_id", "id"], unique=False)
    op.create_index("ix_export_things_number", "export_things", ["export_id", "xero_number"], unique=False)
    op.create_index(
        "ix_export_things_waiting",
        "export_things",
        ["export_id", "stage_rank", "id"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
    )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_table("export_things")
    op.drop_table("exports")
