"""Xero's webhooks as they came, until their events are read

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-29 08:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.create_table(
        "xero_webhooks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("xero_app_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=True),
        sa.Column("trace", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xero_webhooks")),
    )
    op.create_index(
        "ix_xero_webhooks_unread", "xero_webhooks", ["id"], postgresql_where=sa.text("again_at IS NULL")
    )
    op.create_index(
        "ix_xero_webhooks_failed",
        "xero_webhooks",
        ["again_at"],
        postgresql_where=sa.text("again_at IS NOT NULL"),
    )
    # Whatever comes is deleted soon: what is dead goes by its number, not by a share of what is there.
    op.execute(
        "ALTER TABLE xero_webhooks SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)"
    )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_table("xero_webhooks")
