"""which connections are to be tried again that Xero bars from writing, and which were not seen for a while

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-30 06:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_connections_probe_at": ("probe_at", "probe_at IS NOT NULL"),
    "ix_connections_seen_at": (
        "coalesce(consent_seen_at, created_at)",
        "state = 'paused' OR state = 'active' AND next_run_at IS NOT NULL",
    ),
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
