"""the last day of which an export looks at invoices

Revision ID: 0034
Revises: 0033
Create Date: 2026-11-30 16:10:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

EXPORTS = "exports"
COLUMN = "issued_to"

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.add_column(EXPORTS, sa.Column(COLUMN, sa.Date(), nullable=True))


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_column(EXPORTS, COLUMN)
