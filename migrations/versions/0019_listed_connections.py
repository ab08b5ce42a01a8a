"""lists of connections, endpoints and Xero apps, page by page

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-30 06:00:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LIVING = "deleted_at IS NULL"
INDEXES = {
    "ix_connections_listed": ("connections", ["partner_id", "created_at", "id"], None),
    "ix_connections_business": (
        "connections",
        ["partner_id", "business_id", "created_at", "id"],
        "state <> 'removed'",
    ),
    "ix_xero_apps_listed": ("xero_apps", ["partner_id", "created_at", "id"], None),
    "ix_webhook_endpoints_listed": ("webhook_endpoints", ["partner_id", "created_at", "id"], LIVING),
}
REPLACED = {
    "ix_connections_partner_id": ("connections", ["partner_id"], None),
    "ix_webhook_endpoints_partner_id": ("webhook_endpoints", ["partner_id"], LIVING),
}
"""What the new ones answer as well."""

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        for name, (table, columns, rows) in INDEXES.items():
            # One that was cut off is there and of no use.
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=sa.text(rows) if rows else None,
                postgresql_concurrently=True,
            )
        for name, (table, _, _) in REPLACED.items():
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        for name, (table, columns, rows) in REPLACED.items():
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=sa.text(rows) if rows else None,
                postgresql_concurrently=True,
            )
        for name, (table, _, _) in INDEXES.items():
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
