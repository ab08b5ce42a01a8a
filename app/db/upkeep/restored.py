"""What an older copy of the database has to forget and to doubt, before anything works on it again.

Between the copy and the loss, cursors, revisions and ids were given out that this copy does not know; they must not be
given out again for something else, because partners' apps know a repeat by them. And things were made in Xero of which
this copy has no record: from the copy's moment on every create is doubted (`reconcile.doubt`).
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import cast, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import (
    AttemptRow,
    ChangeRow,
    ConnectionRow,
    ContactLinkRow,
    InvoiceLinkRow,
    PartnerEventRow,
    TokenSetRow,
    XeroEventRow,
)
from app.domain.connections.connection import ConnectionState
from app.domain.invoices.link import INVOICE_INTENT

LEAP = 1_000_000
"""More cursors, and more revisions of one thing, than are ever given out between a copy and its loss."""

_SEQUENCES = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 0) + :leap)
    FROM pg_sequences WHERE schemaname = current_schema()
"""

_NEWEST = (
    AttemptRow.at,
    ChangeRow.created_at,
    XeroEventRow.received_at,
    PartnerEventRow.received_at,
    InvoiceLinkRow.updated_at,
    ContactLinkRow.updated_at,
    ConnectionRow.created_at,
)


class Doubted(NamedTuple):
    """How many connections are doubted now, and how many creates are looked for first."""

    connections: int
    creates: int


async def find_newest(session: ReadSession) -> datetime | None:
    """When anything was last written into this copy, as far as it tells; None for an empty one. Reads it whole."""
    newest = [(await session.execute(select(func.max(column)))).scalar_one_or_none() for column in _NEWEST]
    return max((at for at in newest if at is not None), default=None)


async def is_doubted(session: ReadSession, connection_id: UUID, at: datetime) -> bool:
    """Whether an older copy of the connection was restored, and may lack what was known."""
    row = ConnectionRow
    doubted = exists().where(row.id == connection_id, row.doubted_until > at)
    return bool((await session.execute(select(doubted))).scalar_one())


async def doubt_everything(
    session: WriteSession, since: datetime, now: datetime, lasts: timedelta
) -> Doubted:
    """Doubt what was made in Xero since then, leap over what may have been given out, and have everything looked at.

    A second call doubts for as long again, and leaps again, which harms nothing.
    """
    await session.execute(text(_SEQUENCES), {"leap": LEAP})
    for row in (InvoiceLinkRow, ContactLinkRow):
        await session.execute(update(row).values(revision=row.revision + LEAP))
    creates = await _look_for_creates(session, since)
    await _read_before_writing(session)
    await session.execute(update(TokenSetRow).values(refresh_owner=None, refresh_until=None))
    doubted = (
        update(ConnectionRow)
        .where(ConnectionRow.state != ConnectionState.REMOVED)
        .values(
            doubted_since=since,
            doubted_until=now + lasts,
            lease_owner=None,
            lease_until=None,
            retry_at=None,
            retry_reason=None,
            sweep_due=True,
            organisation_fetched_at=None,
            compare_due=True,
            compare_run=None,
            compare_at=None,
            swept_to=func.least(ConnectionRow.swept_to, since),
            contacts_swept_to=func.least(ConnectionRow.contacts_swept_to, since),
            generation=ConnectionRow.generation + 1,
        )
        .returning(ConnectionRow.id)
    )
    connections = len((await session.execute(doubted)).scalars().all())
    return Doubted(connections, creates)


async def _look_for_creates(session: WriteSession, since: datetime) -> int:
    """Every invoice that is not in Xero by this copy may have been made there since: it is looked for by its mark."""
    row = InvoiceLinkRow
    intent = {INVOICE_INTENT: {"key": "restored", "at": since.isoformat()}}
    begun = (
        update(row)
        .where(row.xero_invoice_id.is_(None), row.document.is_not(None))
        .values(intents=row.intents.concat(cast(intent, JSONB)), generation=row.generation + 1)
        .returning(row.id)
    )
    return len((await session.execute(begun)).scalars().all())


async def _read_before_writing(session: WriteSession) -> None:
    """What is due may have been done since, and something newer after it."""
    row = InvoiceLinkRow
    is_left = or_(row.generation > row.settled_generation, row.state != "settled")
    due = update(row).where(row.xero_invoice_id.is_not(None), is_left)
    await session.execute(due.values(xero_due=True, generation=row.generation + 1))
