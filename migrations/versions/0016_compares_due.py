"""which connections are due for a compare

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-28 18:20:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WAITS = "state = 'active' AND compare_due IS false"
INDEXES = {
    "ix_connections_compare_at": ("compare_at", f"{WAITS} AND compare_at IS NOT NULL"),
    "ix_connections_compared_at": ("coalesce(compared_at, created_at)", f"{WAITS} AND compare_at IS NULL"),
}

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        for name, (column, rows) in INDEXES.items():
            # One that was cut off is there and of no use.
            op.drop_index(name, "connections", postgresql_concurrently=True, if_exists=True)
            op.create_index(
                name,
                "connections",
                [sa.text(column)],
                postgresql_where=sa.text(rows),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        for name in INDEXES:
            op.drop_index(name, "connections", postgresql_concurrently=True, if_exists=True)
