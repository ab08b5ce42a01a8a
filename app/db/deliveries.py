"""Claims on changes: which worker sends which change of the feed now, and what came of it.

A claim is a stamp that runs out, not a lock: no transaction is open while a partner's app is called. Of one invoice at
most one change is in flight, of one connection at most as many as the caller allows, whatever number of workers
asks. A change that was never sent is due whatever the clocks of database and worker say to each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from app.db.changes import Change, change_from_row
from app.db.endpoints import covers, takes
from app.db.session import ReadSession, WriteSession
from app.db.tables import ChangeRow, ConnectionRow, ContactLinkRow, InvoiceLinkRow, WebhookEndpointRow
from app.domain.connection import ConnectionState
from app.domain.endpoint import Part

_TYPE = ChangeRow.kind + ".changed"

DELIVERED_STATES = (ConnectionState.ACTIVE, ConnectionState.DISCONNECTED)
"""A paused connection does nothing; one that lost Xero still tells the partner what it knew."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A change that is ours to send until a moment after which another worker may take it."""

    change: Change
    until: datetime


async def claim_due(
    session: WriteSession,
    connection_id: UUID,
    *,
    now: datetime,
    until: datetime,
    most_in_flight: int,
    types: Sequence[str] | None = None,
) -> list[Claim]:
    """Claim what is due, oldest first, up to so many in flight on the connection over all workers.

    Of some types alone where the endpoint that applies takes no others; those wait in the feed.
    """
    # Two workers that count at the same moment would each fill the whole allowance.
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"deliver:{connection_id}", 0)))
    )
    in_flight = select(func.count()).where(
        ChangeRow.connection_id == connection_id, ChangeRow.state == "pending", ChangeRow.claimed_until >= now
    )
    free = most_in_flight - (await session.execute(in_flight)).scalar_one()
    if free <= 0:
        return []
    due = (
        select(ChangeRow)
        .where(ChangeRow.connection_id == connection_id, _is_due(now), ~_has_another_in_flight(now))
        .where(~_is_of_what_is_skipped())
        .where(exists().where(ConnectionRow.id == connection_id, ConnectionRow.state.in_(DELIVERED_STATES)))
        .order_by(ChangeRow.id)
        .limit(free)
        .with_for_update(skip_locked=True)
    )
    if types is not None:
        due = due.where(_TYPE.in_(types))
    rows = (await session.execute(due)).scalars().all()
    for row in rows:
        row.claimed_until = until
    return [Claim(change_from_row(row), until) for row in rows]


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        ChangeRow.state == "pending",
        or_(ChangeRow.attempts == 0, ChangeRow.due_at <= now),
        or_(ChangeRow.claimed_until.is_(None), ChangeRow.claimed_until < now),
    )


def _has_another_in_flight(now: datetime) -> ColumnElement[bool]:
    """An older change of the invoice was superseded while its call is under way: its answer comes first."""
    other = aliased(ChangeRow)
    return exists().where(
        other.link_id == ChangeRow.link_id, other.id != ChangeRow.id, other.claimed_until >= now
    )


def _is_of_what_is_skipped() -> ColumnElement[bool]:
    """A person set its invoice or contact aside; the loop withdraws the change when it comes by."""
    links = (InvoiceLinkRow, ContactLinkRow)
    return or_(*(exists().where(row.id == ChangeRow.link_id, row.skipped_at.is_not(None)) for row in links))


async def save_answer(
    session: WriteSession, claim: Claim, *, state: str, answer: str, at: datetime, due_at: datetime
) -> str | None:
    """Record what came of a claimed change and give it back; None, and nothing saved, when the claim ran out.

    A change that a newer one replaced meanwhile stays superseded; answers the state that it is in now.
    """
    row = ChangeRow
    saved = (
        update(row)
        .where(row.id == claim.change.cursor, row.claimed_until == claim.until)
        .values(
            state=case((row.state == "pending", state), else_=row.state),
            is_resend=row.is_resend if state == "pending" else False,
            attempts=row.attempts + 1,
            last_answer=answer[:500],
            claimed_until=None,
            due_at=due_at,
            answered_at=at,
        )
        .returning(row.state)
    )
    return (await session.execute(saved)).scalar_one_or_none()


async def list_connections_due(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Connections with changes that are due and that an endpoint applies."""
    endpoint = WebhookEndpointRow
    due = exists().where(ChangeRow.connection_id == ConnectionRow.id, _is_due(now), takes(_TYPE))
    applied = exists().where(
        endpoint.partner_id == ConnectionRow.partner_id,
        endpoint.part == Part.APPLIES.value,
        endpoint.is_enabled,
        endpoint.deleted_at.is_(None),
        covers(ConnectionRow.id),
        due.correlate(ConnectionRow, endpoint),
    )
    found = select(ConnectionRow.id).where(ConnectionRow.state.in_(DELIVERED_STATES), applied).limit(limit)
    return (await session.execute(found)).scalars().all()


async def hasten_changes(session: WriteSession, connection_ids: Sequence[UUID], at: datetime) -> None:
    """What failed before is due at once; what is under way or held by somebody else at this moment is left to them."""
    row = ChangeRow
    waiting = (
        select(row.id)
        .where(row.connection_id.in_(connection_ids), row.state == "pending", row.due_at > at)
        .order_by(row.id)
        .with_for_update(skip_locked=True)
    )
    await session.execute(update(row).where(row.id.in_(waiting)).values(due_at=at))
