"""which connections have decisions that wait

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-28 17:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NAME = "ix_resolutions_waiting_of"

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        # One that was cut off is there and of no use.
        op.drop_index(NAME, "resolutions", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            NAME,
            "resolutions",
            ["connection_id"],
            postgresql_where=sa.text("state = 'waiting'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        op.drop_index(NAME, "resolutions", postgresql_concurrently=True, if_exists=True)
