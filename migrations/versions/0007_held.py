"""what people set aside or sent through again

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-28 01:37:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


LINKS = ("contact_links", "invoice_links", "item_links")


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for links in LINKS:
        op.add_column(links, sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(links, sa.Column("skipped_by", sa.Text(), nullable=True))
        op.add_column(links, sa.Column("skip_note", sa.Text(), nullable=True))
        op.create_index(
            f"ix_{links}_skipped",
            links,
            ["connection_id"],
            postgresql_where=sa.text("skipped_at IS NOT NULL"),
        )
    op.create_index(
        "ix_item_links_held", "item_links", ["connection_id"], postgresql_where=sa.text("state = 'held'")
    )
    op.add_column(
        "changes", sa.Column("is_resend", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("xero_events", sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_xero_events_listed", "xero_events", ["connection_id", "received_at", "id"])
    op.add_column("partner_events", sa.Column("connection_id", sa.Uuid(), nullable=True))
    op.add_column("partner_events", sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("partner_events", sa.Column("replay_outcome", sa.Text(), nullable=True))
    op.create_foreign_key(
        "fk_partner_events_connection_id", "partner_events", "connections", ["connection_id"], ["id"]
    )
    op.create_index("ix_partner_events_listed", "partner_events", ["connection_id", "received_at", "id"])
    # The connection that a stored webhook names, where it is one of its partner's.
    op.execute(
        """
        UPDATE partner_events AS event SET connection_id = connections.id FROM connections
        WHERE connections.partner_id = event.partner_id
          AND connections.id::text = lower(event.payload #>> '{data,connection_id}')
        """
    )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_index("ix_partner_events_listed", table_name="partner_events")
    op.drop_constraint("fk_partner_events_connection_id", "partner_events", type_="foreignkey")
    op.drop_column("partner_events", "replay_outcome")
    op.drop_column("partner_events", "replayed_at")
    op.drop_column("partner_events", "connection_id")
    op.drop_index("ix_xero_events_listed", table_name="xero_events")
    op.drop_column("xero_events", "replayed_at")
    op.drop_column("changes", "is_resend")
    op.drop_index("ix_item_links_held", table_name="item_links", postgresql_where=sa.text("state = 'held'"))
    for links in reversed(LINKS):
        op.drop_index(f"ix_{links}_skipped", table_name=links)
        op.drop_column(links, "skip_note")
        op.drop_column(links, "skipped_by")
        op.drop_column(links, "skipped_at")
