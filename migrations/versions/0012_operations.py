"""what an operator needs: doubt after an older copy was restored, and the id by which one change is followed

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-28 10:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"

FOLLOWED = ("invoice_links", "contact_links", "item_links", "xero_events", "partner_events", "attempts")


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    # Columns without a default are a change of the catalogue alone, however many rows there are.
    op.add_column("connections", sa.Column("doubted_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("doubted_until", sa.DateTime(timezone=True), nullable=True))
    for table in FOLLOWED:
        op.add_column(table, sa.Column("correlation_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table in FOLLOWED:
        op.drop_column(table, "correlation_id")
    op.drop_column("connections", "doubted_until")
    op.drop_column("connections", "doubted_since")
