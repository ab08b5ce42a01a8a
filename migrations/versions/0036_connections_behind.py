"""whether a connection is behind, as a column that moves only when that does

Every document raises its connection's generation. With an index over that, each was a new row for all the indexes of
the table; now a connection that is behind already is written in place.

Revision ID: 0036
Revises: 0035
Create Date: 2026-12-01 14:40:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

CONNECTIONS, COLUMN = "connections", "is_behind"
BY_COLUMN, BY_GENERATIONS = "ix_connections_is_behind", "ix_connections_behind"
EXCEEDS = "generation > settled_generation"

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        generated = f"{COLUMN} boolean NOT NULL GENERATED ALWAYS AS ({EXCEEDS}) STORED"
        op.execute(f"ALTER TABLE {CONNECTIONS} ADD COLUMN IF NOT EXISTS {generated}")
        _replace(BY_GENERATIONS, BY_COLUMN, COLUMN)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        _replace(BY_COLUMN, BY_GENERATIONS, EXCEEDS)
        op.execute(f"ALTER TABLE {CONNECTIONS} DROP COLUMN IF EXISTS {COLUMN}")


def _replace(old: str, new: str, rows: str) -> None:
    # One that was cut off is there and of no use.
    op.drop_index(new, CONNECTIONS, postgresql_concurrently=True, if_exists=True)
    op.create_index(new, CONNECTIONS, ["id"], postgresql_where=sa.text(rows), postgresql_concurrently=True)
    op.drop_index(old, CONNECTIONS, postgresql_concurrently=True, if_exists=True)
