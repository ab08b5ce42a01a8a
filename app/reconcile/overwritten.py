"""Edits in Xero that an update of ours may have gone over, where its answer was lost.

Between a read of ours and the write that follows it a person may edit the same field; his event, dated between the two,
is how that is noticed (`triggers`). An update whose answer was lost is known to have landed once it is read again, and
the event may have been followed by then: so it is looked for here.
"""

from collections.abc import Mapping

from app.db.events import list_followed_between
from app.domain.discrepancy import find_overwritten
from app.reconcile.kept import Finding
from app.reconcile.round import Round


async def tell_overwritten(current: Round, category: str, works: Mapping[str, Finding]) -> None:
    """Note it with the works, which are given by Xero's ids, of that category of events."""
    landed = {
        xero_id: (attempt, (attempt.read_updated_at, attempt.wrote_updated_at))
        for xero_id, work in works.items()
        for attempt in work.attempts
        if attempt.read_updated_at is not None and attempt.wrote_updated_at is not None
    }
    if not landed:
        return
    connection = current.connection
    async with current.database.reading() as session:
        found = await list_followed_between(
            session,
            connection.id,
            connection.tenant_id or "",
            category,
            {xero_id: span for xero_id, (_, span) in landed.items()},
        )
    for xero_id, at in found:
        attempt, _ = landed[xero_id]
        works[xero_id].discrepancies += find_overwritten(attempt.moves, at)
