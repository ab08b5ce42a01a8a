"""the shop of a connection, the orders that could not be taken, and a look that was asked for during another

Revision ID: 0033
Revises: 0032
Create Date: 2026-11-30 15:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

READS, ASKED_AGAIN = "partner_reads", "asked_again"

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.create_table(
        "shops",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=False),
        sa.Column("credentials_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("webhook_secret", sa.LargeBinary(), nullable=True),
        sa.Column("orders_from", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("customers", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_shops_connection_id"),
        sa.PrimaryKeyConstraint("connection_id", name="pk_shops"),
    )
    op.create_table(
        "shop_refusals",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_shop_refusals_connection_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shop_refusals"),
    )
    op.create_index("uq_shop_refusals_order", "shop_refusals", ["connection_id", "order_id"], unique=True)
    op.create_index("ix_shop_refusals_listed", "shop_refusals", ["connection_id", "id"])
    op.create_index("ix_shop_refusals_number", "shop_refusals", ["connection_id", "number"])
    op.add_column(
        READS, sa.Column(ASKED_AGAIN, sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_column(READS, ASKED_AGAIN)
    op.drop_table("shop_refusals")
    op.drop_table("shops")
