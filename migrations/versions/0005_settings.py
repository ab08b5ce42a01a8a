"""settings with their history, their schedules and their directions

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-28 01:35:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"

JSONB = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
LINKS = ("contact_links", "invoice_links")
SETTLED_FOR = sa.text("state = 'settled' AND reason_code IS NOT NULL")


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.create_table(
        "settings_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_settings_versions_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["api_keys.id"], name=op.f("fk_settings_versions_key_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings_versions")),
    )
    op.create_index(
        "uq_settings_versions_number", "settings_versions", ["connection_id", "number"], unique=True
    )
    # What was chosen before is the first version that is known.
    op.execute(
        "INSERT INTO settings_versions (id, connection_id, number, settings)"
        " SELECT gen_random_uuid(), id, settings_version, settings FROM connections"
    )
    op.add_column("connections", sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("run_due", "answers_due"):
        op.add_column(
            "connections", sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
    op.create_index(
        "ix_connections_next_run_at",
        "connections",
        ["next_run_at"],
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    )
    op.add_column("conflicts", sa.Column("policy_field", sa.Text(), nullable=True))
    for table in LINKS:
        for name in ("partner_apart", "xero_apart"):
            op.add_column(table, sa.Column(name, JSONB, server_default=sa.text("'{}'"), nullable=False))
        op.create_index(
            f"ix_{table}_settled_for", table, ["connection_id", "reason_code"], postgresql_where=SETTLED_FOR
        )


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table in LINKS:
        op.drop_index(f"ix_{table}_settled_for", table_name=table, postgresql_where=SETTLED_FOR)
        for name in ("xero_apart", "partner_apart"):
            op.drop_column(table, name)
    op.drop_column("conflicts", "policy_field")
    op.drop_index(
        "ix_connections_next_run_at",
        table_name="connections",
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    )
    for name in ("answers_due", "run_due", "next_run_at"):
        op.drop_column("connections", name)
    op.drop_index("uq_settings_versions_number", table_name="settings_versions")
    op.drop_table("settings_versions")
