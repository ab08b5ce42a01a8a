"""the keys of partners, and answers kept for calls that are sent again

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-28 01:33:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.add_column("api_keys", sa.Column("role", sa.Text(), server_default="admin", nullable=False))


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_column("api_keys", "role")
