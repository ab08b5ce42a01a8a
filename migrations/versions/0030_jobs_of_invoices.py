"""the invoices of a job are found by an index

Revision ID: 0030
Revises: 0027
Create Date: 2026-11-30 12:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0027"
branch_labels = None
depends_on = None

NAME, LINKS = "ix_invoice_links_job", "invoice_links"
JOB = "coalesce(record #>> '{job,id}', document #>> '{job,id}')"

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        # One that was cut off is there and of no use.
        op.drop_index(NAME, LINKS, postgresql_concurrently=True, if_exists=True)
        op.create_index(
            NAME,
            LINKS,
            ["connection_id", sa.text(JOB), "created_at", "id"],
            postgresql_where=sa.text(f"{JOB} IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        op.drop_index(NAME, LINKS, postgresql_concurrently=True, if_exists=True)
