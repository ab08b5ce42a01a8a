"""partners' webhook endpoints and what was sent to them

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-28 01:38:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    _create_endpoints()
    _create_deliveries()
    _create_reads()
    for name in ("documented_at", "partner_read_at"):
        op.add_column("connections", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE connections c SET documented_at = newest.at FROM (
            SELECT connection_id, max(document_at) AS at FROM (
                SELECT connection_id, document_at FROM invoice_links
                UNION ALL SELECT connection_id, document_at FROM contact_links
            ) AS documents GROUP BY connection_id
        ) AS newest WHERE newest.connection_id = c.id
        """
    )
    _move_addresses_to_endpoints()


def _create_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{*}'"), nullable=False),
        sa.Column("connection_ids", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_webhook_endpoints_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_index(
        "ix_webhook_endpoints_partner_id",
        "webhook_endpoints",
        ["partner_id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "webhook_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secrets")),
    )
    op.create_index("ix_webhook_secrets_owner_id", "webhook_secrets", ["owner_id"])


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("is_copy", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.id"], name=op.f("fk_deliveries_endpoint_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_deliveries_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("uq_deliveries_message", "deliveries", ["endpoint_id", "message_id"], unique=True)
    op.create_index("ix_deliveries_listed", "deliveries", ["endpoint_id", "id"])
    op.create_index(
        "ix_deliveries_unfinished",
        "deliveries",
        ["endpoint_id", "state", "id"],
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["connection_id", "endpoint_id", "id"],
        postgresql_where=sa.text("is_copy AND state = 'pending'"),
    )
    op.create_index(
        "ix_deliveries_in_order",
        "deliveries",
        ["cursor"],
        postgresql_where=sa.text("NOT is_copy AND state = 'pending'"),
    )
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_attempts_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
    )
    op.create_index("ix_delivery_attempts_delivery", "delivery_attempts", ["delivery_id", "id"])
    op.create_index("ix_delivery_attempts_at", "delivery_attempts", ["at"])


def _create_reads() -> None:
    op.create_table(
        "read_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("bearer", sa.LargeBinary(), nullable=True),
        sa.Column("reads_contacts", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_read_endpoints_partner_id")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_read_endpoints_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_endpoints")),
    )
    op.create_index(
        "uq_read_endpoints_scope",
        "read_endpoints",
        ["partner_id", "connection_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "partner_reads",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column(
            "read_to", postgresql.JSONB(none_as_null=True), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("compare_due", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_partner_reads_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_partner_reads")),
    )
    op.create_index("ix_partner_reads_due", "partner_reads", ["due_at"])
    op.create_table(
        "unlisted_things",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_unlisted_things_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "kind", "partner_id", name=op.f("pk_unlisted_things")),
    )


def _move_addresses_to_endpoints() -> None:
    """A partner's one address becomes its first endpoint; without one, `secret_out` had signed nothing and ends."""
    op.execute(
        """
        INSERT INTO webhook_endpoints (id, partner_id, url, part, created_at)
        SELECT gen_random_uuid(), id, webhook_url, 'applies', created_at
        FROM partners WHERE webhook_url IS NOT NULL
        """
    )
    op.execute(
        """
        INSERT INTO webhook_secrets (id, owner_id, secret, made_at)
        SELECT gen_random_uuid(), p.id, p.secret_in, p.created_at FROM partners p
        UNION ALL
        SELECT gen_random_uuid(), e.id, p.secret_out, p.created_at
        FROM webhook_endpoints e JOIN partners p ON p.id = e.partner_id
        """
    )
    for name in ("webhook_url", "secret_in", "secret_out"):
        op.drop_column("partners", name)


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    _move_endpoints_to_addresses()
    for name in ("partner_read_at", "documented_at"):
        op.drop_column("connections", name)
    for table in (
        "unlisted_things",
        "partner_reads",
        "read_endpoints",
        "delivery_attempts",
        "deliveries",
        "webhook_secrets",
        "webhook_endpoints",
    ):
        op.drop_table(table)
    op.execute("UPDATE notices SET state = 'delivered' WHERE state = 'kept'")


def _move_endpoints_to_addresses() -> None:
    """The oldest enabled endpoint that applies for all connections, else for some, is the address that there can be.

    A partner without one gets a `secret_out` that signs nothing, and that has to be there.
    """
    op.add_column("partners", sa.Column("webhook_url", sa.Text(), nullable=True))
    op.add_column("partners", sa.Column("secret_in", sa.LargeBinary(), nullable=True))
    op.add_column("partners", sa.Column("secret_out", sa.LargeBinary(), nullable=True))
    newest = "SELECT secret FROM webhook_secrets WHERE owner_id = {} ORDER BY ends_at IS NULL DESC, made_at DESC LIMIT 1"
    op.execute(
        f"""
        UPDATE partners p SET webhook_url = e.url, secret_out = ({newest.format("e.id")}) FROM (
            SELECT DISTINCT ON (partner_id) partner_id, id, url FROM webhook_endpoints
            WHERE part = 'applies' AND is_enabled AND deleted_at IS NULL
            ORDER BY partner_id, connection_ids IS NULL DESC, created_at, id
        ) AS e WHERE e.partner_id = p.id
        """  # noqa: S608 - nothing here comes from outside
    )
    op.execute(f"UPDATE partners p SET secret_in = ({newest.format('p.id')})")  # noqa: S608 - as above
    op.execute("UPDATE partners SET secret_out = secret_in WHERE secret_out IS NULL")
    op.alter_column("partners", "secret_in", nullable=False)
    op.alter_column("partners", "secret_out", nullable=False)
