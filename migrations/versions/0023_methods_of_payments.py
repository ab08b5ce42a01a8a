"""by which method payments were booked and where, and how those were made that the app took back and Xero still has

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-30 06:10:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LINKS = "invoice_links"
COLUMNS = ("kept_methods", "booked")

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for name in COLUMNS:
        op.add_column(
            LINKS, sa.Column(name, postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False)
        )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for name in COLUMNS:
        op.drop_column(LINKS, name)
