"""What a round came upon of bars, told in the transaction that records it: one that stands, or one that is over.

Over is one where something that was held by it stands as it should again, and was let through to Xero on the way. A
write that Xero took and that left it held, as an invoice that waits for its payment, says nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.db.links.bars import lift_bar, note_bar
from app.db.postgres.session import WriteSession
from app.domain.contacts.contact_link import ContactLink
from app.domain.invoices.link import InvoiceLink, is_barred
from app.reconcile.work import LinkWork


async def tell_bars(
    session: WriteSession,
    connection_id: UUID,
    works: Sequence[LinkWork[InvoiceLink]] | Sequence[LinkWork[ContactLink]],
    at: datetime,
) -> None:
    """Note what these works, as they stand by now, say of a bar."""
    if any(work.frees_others for work in works):
        await lift_bar(session, connection_id)
    if any(is_barred(work.standing) for work in works):
        await note_bar(session, connection_id, at)
