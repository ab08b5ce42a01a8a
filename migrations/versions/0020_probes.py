"""which connections are to be tried again that Xero bars from writing

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-30 06:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NAME = "ix_connections_probe_at"

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        # One that was cut off is there and of no use.
        op.drop_index(NAME, "connections", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            NAME,
            "connections",
            ["probe_at"],
            postgresql_where=sa.text("probe_at IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        op.drop_index(NAME, "connections", postgresql_concurrently=True, if_exists=True)
