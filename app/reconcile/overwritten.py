"""Edits in Xero that a write of ours may have gone over.

A person may edit a field between our read of it and our write. The event of that edit, dated between the two, shows
it when events are followed. An update whose answer was lost is known to have arrived only when it is read again, and
the event may have been followed before: so events are looked at once more when such an update is found.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.db.findings.attempts import list_writes_over
from app.db.inboxes.events import XeroEvent, list_followed_between
from app.db.postgres.session import ReadSession
from app.domain.findings.discrepancy import Found, find_overwritten
from app.reconcile.followed import Linked
from app.reconcile.recording.kept import Finding
from app.reconcile.round import Round


async def find_gone_over(
    session: ReadSession, known: Mapping[str | None, Linked], events: Sequence[XeroEvent]
) -> list[tuple[UUID, Found]]:
    """Of the links that are `known` by Xero's ids: a discrepancy for each field that we wrote, where one of these
    events fell between a read of ours and that write.
    """
    dated = [
        (known[event.resource_id].id, event.dated_at)
        for event in events
        if event.resource_id in known and event.dated_at is not None
    ]
    if not dated:
        return []
    writes = await list_writes_over(session, [link_id for link_id, _ in dated], min(at for _, at in dated))
    return [
        (link_id, overwritten)
        for link_id, at in dated
        for write in writes
        if write.link_id == link_id and write.read_at < at < write.wrote_at
        for overwritten in find_overwritten(write.moves, at)
    ]


async def tell_overwritten(current: Round, category: str, works: Mapping[str, Finding]) -> None:
    """Of updates that are found to have landed: note it with the works, which are given by Xero's ids, of that category
    of events.
    """
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
