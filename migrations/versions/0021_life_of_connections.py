"""What the life of a connection leaves to be judged anew

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-30 06:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.add_column("connections", sa.Column("changes_unjudged_to", sa.BigInteger(), nullable=True))
    op.add_column("connections", sa.Column("facts_asked", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("connections", sa.Column("consents", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("connections", sa.Column("consent_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("barred_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_column("connections", "probe_at")
    op.drop_column("connections", "barred_since")
    op.drop_column("connections", "consent_seen_at")
    op.drop_column("connections", "consents")
    op.drop_column("connections", "facts_asked")
    op.drop_column("connections", "changes_unjudged_to")
