"""drafts made on purpose, contacts by themselves, and test transactions

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-28 01:40:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.add_column(
        "invoice_links", sa.Column("draft_asked", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "contact_links",
        sa.Column("push_wanted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_table(
        "test_transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "steps",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("xero_contact_id", sa.Text(), nullable=True),
        sa.Column("xero_invoice_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_test_transactions_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_transactions")),
    )
    op.create_index(
        "uq_test_transactions_open",
        "test_transactions",
        ["connection_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_test_transactions_due",
        "test_transactions",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_test_transactions_listed",
        "test_transactions",
        ["connection_id", "created_at", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_table("test_transactions")
    op.drop_column("contact_links", "push_wanted")
    op.drop_column("invoice_links", "draft_asked")
