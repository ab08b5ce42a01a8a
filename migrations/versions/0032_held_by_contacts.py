"""which contact of Xero stands in a held contact's way

Revision ID: 0032
Revises: 0030
Create Date: 2026-11-30 12:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

LINKS = "contact_links"
COLUMN = "held_by"

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.add_column(LINKS, sa.Column(COLUMN, sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_column(LINKS, COLUMN)
