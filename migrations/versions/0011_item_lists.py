"""lists of products, narrowed and sorted

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-28 09:40:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


# Not concurrently: it comes with the first release of these tables, when they have few rows or none.


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.add_column(
        "item_links",
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_index("ix_item_links_listed", "item_links", ["connection_id", "created_at", "id"])
    op.create_index("ix_item_links_updated", "item_links", ["connection_id", "updated_at", "id"])
    op.create_index(
        "ix_item_links_behind_listed",
        "item_links",
        ["connection_id", "created_at", "id"],
        postgresql_where=sa.text("generation > settled_generation OR state = 'behind'"),
    )
    op.create_index(
        "ix_item_links_not_in_xero",
        "item_links",
        ["connection_id", "created_at", "id"],
        postgresql_where=sa.text("xero_item_id IS NULL"),
    )
    op.create_index(
        "ix_item_links_code",
        "item_links",
        ["connection_id", sa.literal_column("lower(document ->> 'code')").label("code_key")],
    )
    op.create_index(
        "ix_item_links_name",
        "item_links",
        ["connection_id", sa.literal_column("lower(document ->> 'name')").label("shown_name")],
        postgresql_ops={"shown_name": "text_pattern_ops"},
    )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for name in ("name", "code", "not_in_xero", "behind_listed", "updated", "listed"):
        op.drop_index(f"ix_item_links_{name}", table_name="item_links")
    op.drop_column("item_links", "updated_at")
