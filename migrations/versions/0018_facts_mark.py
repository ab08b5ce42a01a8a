"""Facts of organisations beside their rows, with a mark that tells which a process has read already

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-29 21:10:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"

# By the database, so that it holds for an older release as well, and for whoever writes by hand.
MARK = """
CREATE FUNCTION mark_the_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.facts_mark := gen_random_uuid();
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.add_column("connections", sa.Column("facts_mark", sa.Uuid(), nullable=True))
    op.execute(MARK)
    op.execute(
        "CREATE TRIGGER connections_mark_facts BEFORE UPDATE OF organisation ON connections"
        " FOR EACH ROW EXECUTE FUNCTION mark_the_facts()"
    )
    # Compressed they fit into the row, and are copied whenever a document raises its generation; as they are, they do
    # not, and stay where they were written. What is kept already moves when it is read anew.
    op.execute("ALTER TABLE connections ALTER COLUMN organisation SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE connections ALTER COLUMN organisation SET STORAGE EXTENDED")
    op.execute("DROP TRIGGER connections_mark_facts ON connections")
    op.execute("DROP FUNCTION mark_the_facts()")
    op.drop_column("connections", "facts_mark")
