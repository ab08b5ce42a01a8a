"""what a write of an invoice's link costs: whether it has payments or credits is recorded, and no longer looked for

Revision ID: 0037
Revises: 0036
Create Date: 2026-12-01 14:50:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

LINKS, COLUMN, LISTED = "invoice_links", "has_parts", ["connection_id", "created_at", "id"]
RECORDED, LOOKED_FOR = "ix_invoice_links_has_parts", "ix_invoice_links_parts"

IN_DOCUMENT = "jsonb_path_exists(document, '$.payments[0]') OR jsonb_path_exists(document, '$.credits[0]')"
ROWS = {
    RECORDED: f"({COLUMN} IS NOT FALSE OR {IN_DOCUMENT})",
    LOOKED_FOR: "((record::text || xero_shadow::text) LIKE ANY (ARRAY['%\"payments/%', '%\"credits/%'])"
    f" OR {IN_DOCUMENT})",
}

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        # Null for the links that are there: of those it is not known until they are recorded again.
        op.execute(f"ALTER TABLE {LINKS} ADD COLUMN IF NOT EXISTS {COLUMN} boolean")
        op.execute(f"ALTER TABLE {LINKS} ALTER COLUMN {COLUMN} SET DEFAULT false")
        _replace(LOOKED_FOR, RECORDED)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        _replace(RECORDED, LOOKED_FOR)
        op.execute(f"ALTER TABLE {LINKS} DROP COLUMN IF EXISTS {COLUMN}")


def _replace(old: str, new: str) -> None:
    """The release that knows the other still finds its rows, by the index of all links of a connection."""
    # One that was cut off is there and of no use.
    op.drop_index(new, LINKS, postgresql_concurrently=True, if_exists=True)
    rows = sa.text(ROWS[new])
    op.create_index(new, LINKS, LISTED, postgresql_where=rows, postgresql_concurrently=True)
    op.drop_index(old, LINKS, postgresql_concurrently=True, if_exists=True)
