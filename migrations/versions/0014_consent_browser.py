"""the browser in which a consent was begun

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-28 11:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.add_column("oauth_states", sa.Column("browser_hash", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_column("oauth_states", "browser_hash")
