"""the audit log, which only grows, and erasures of what is kept of a business

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-28 10:00:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"

OLD_BY = (
    ("xero_events", "received_at"),
    ("partner_events", "received_at"),
    ("notices", "created_at"),
    ("link_usage", "used_on"),
)
"""By which column rows are too old."""

REFUSE = """
CREATE FUNCTION refuse_to_change_the_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
END
$$
"""


# Not concurrently: it comes with the first release of these tables, when they have few rows or none.


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_audit_entries_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_partner_id", "audit_entries", ["partner_id", "id"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_erasures_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_erasures")),
    )
    op.create_index(
        "ix_erasures_due",
        "erasures",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for table, column in OLD_BY:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER audit_entries_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_audit_log()"
    )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table, column in OLD_BY:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.drop_table("erasures")
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION refuse_to_change_the_audit_log()")
