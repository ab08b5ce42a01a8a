"""Xero's webhooks on their way to disk: those that come at about the same time are stored by one statement.

Nothing of them is read here. Xero sends storms, waits five seconds for each answer and disables a subscription that it
has no answers from (FACTS 3), so what stands between a webhook and its 200 is its bytes' way to the disk.
"""

from collections.abc import Sequence

from app.db.inboxes.xero_webhooks import Webhook, save_webhooks
from app.db.postgres.session import Database


async def keep_webhooks(database: Database, webhooks: Sequence[Webhook]) -> list[bool]:
    """Store them; answers for each whether it is the one that nudges, which does for all of them."""
    async with database.writing_bare() as connection:
        await save_webhooks(connection, webhooks)
    return [number == 0 for number in range(len(webhooks))]
