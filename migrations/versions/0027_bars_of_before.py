"""what was held as refused in unknown words, before it was known that Xero may refuse whoever asks, is tried again

Revision ID: 0027
Revises: 0026
Create Date: 2026-11-30 09:35:00.000000
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Longer than this, nobody else's queries wait behind a lock that this version is waiting for.
LOCK_TIMEOUT = "5s"

TABLES = ("invoice_links", "contact_links", "item_links")

# Connections before their links, in the order of their ids, as everybody locks them.
LOCKING = """
    SELECT id FROM connections WHERE id IN (
        SELECT connection_id FROM invoice_links WHERE state = 'held' AND reason_code = 'refused_by_xero'
        UNION SELECT connection_id FROM contact_links WHERE state = 'held' AND reason_code = 'refused_by_xero'
        UNION SELECT connection_id FROM item_links WHERE state = 'held' AND reason_code = 'refused_by_xero'
    ) ORDER BY id FOR NO KEY UPDATE
"""

# Of which the words tell that it was a bare 403 or 412: held by the code that it would have by now.
RECODING = r"""
    UPDATE {table} SET
        reason_code = known.code,
        reason_message = known.sentence || regexp_replace(reason_message, '^.*? said: ', known.status || ' '),
        reason_cure = known.cure
    FROM (VALUES
        ('^Xero refused it and said: (Xero answered 403|Forbidden)', '403', 'not_permitted',
         'Xero does not permit this to the person who gave consent. Xero said: ',
         'Give the person back the right in Xero, or give consent as somebody who has it; it goes by itself then.'),
        ('^Xero refused it and said: (Xero answered 412|.*precondition)', '412', 'precondition_failed',
         'Xero refused how it was asked, whatever was asked. Xero said: ',
         'Nothing to do: it is tried again by itself. If it stays, tell Plumbline''s operator.')
    ) AS known (words, status, code, sentence, cure)
    WHERE state = 'held' AND reason_code = 'refused_by_xero' AND reason_message ~* known.words
"""

# One of what is held so is tried soon, and what it lets through frees the others (`domain.holds.bars`).
BARRING = """
    UPDATE connections SET barred_since = now(), probe_at = now()
    WHERE barred_since IS NULL AND id IN (
        SELECT connection_id FROM invoice_links
        WHERE state = 'held' AND reason_code IN ('not_permitted', 'precondition_failed')
        UNION SELECT connection_id FROM contact_links
        WHERE state = 'held' AND reason_code IN ('not_permitted', 'precondition_failed')
        UNION SELECT connection_id FROM item_links
        WHERE state = 'held' AND reason_code IN ('not_permitted', 'precondition_failed')
    )
"""

# The words of the others are not known to have been one of these: each is tried once, when the code of before is gone.
TRYING_INVOICES = """
    UPDATE invoice_links SET retry_at = now() + interval '1 hour'
    WHERE state = 'held' AND reason_code = 'refused_by_xero' AND retry_at IS NULL
"""
TRYING_OTHERS = """
    UPDATE {table} SET generation = generation + 1 WHERE state = 'held' AND reason_code = 'refused_by_xero'
"""

FINDING = (
    LOCKING,
    *(RECODING.format(table=table) for table in TABLES),
    BARRING,
    TRYING_INVOICES,
    *(TRYING_OTHERS.format(table=table) for table in TABLES if table != "invoice_links"),
)


def upgrade() -> None:
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for statement in FINDING:
        op.execute(statement)


def downgrade() -> None:
    # What was found stays found: the code of before looks at it when somebody asks.
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
