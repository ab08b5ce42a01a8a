"""what a write of an invoice's link costs: one index of those with payments or credits, and rows that stay whole

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-30 09:20:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LINKS, LISTED = "invoice_links", ["connection_id", "created_at", "id"]

HAS_PARTS = """((record::text || xero_shadow::text) LIKE ANY (ARRAY['%"payments/%', '%"credits/%'])
    OR jsonb_path_exists(document, '$.payments[0]') OR jsonb_path_exists(document, '$.credits[0]'))"""
HAS_SOME = """(jsonb_path_exists(record, '$.keyvalue() ? (@.key starts with "{0}/")')
    OR jsonb_path_exists(xero_shadow, '$.keyvalue() ? (@.key starts with "{0}/")')
    OR jsonb_path_exists(document, '$.{0}[0]'))"""

ONE = {"ix_invoice_links_parts": HAS_PARTS}
OF_EACH_KIND = {
    "ix_invoice_links_payments": HAS_SOME.format("payments"),
    "ix_invoice_links_credits": HAS_SOME.format("credits"),
}

HALF_A_PAGE = 4080
"""Bytes up to which a row is kept as it is. From PostgreSQL's own 2,032 on, most would be packed and cut at each write."""

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        op.execute(f"ALTER TABLE {LINKS} SET (toast_tuple_target = {HALF_A_PAGE})")
        _replace(OF_EACH_KIND, ONE)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        op.execute(f"ALTER TABLE {LINKS} RESET (toast_tuple_target)")
        _replace(ONE, OF_EACH_KIND)


def _replace(old: dict[str, str], new: dict[str, str]) -> None:
    """The release that knows the other still finds its rows, by the index of all links of a connection."""
    for name, rows in new.items():
        # One that was cut off is there and of no use.
        op.drop_index(name, LINKS, postgresql_concurrently=True, if_exists=True)
        op.create_index(name, LINKS, LISTED, postgresql_where=sa.text(rows), postgresql_concurrently=True)
    for name in old:
        op.drop_index(name, LINKS, postgresql_concurrently=True, if_exists=True)
