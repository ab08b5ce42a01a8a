"""Which connections have changes to be sent: asked by a timer every few seconds, so what is at rest must cost nothing.

What waits is found by going from one connection that has any to the next in the index of waiting changes: a look for
each of those, however many changes it has, and none for a connection that has none.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, exists, literal_column, select
from sqlalchemy.orm import aliased

from app.db.delivery.changes import is_unjudged
from app.db.delivery.due import DELIVERED_STATES, IS_DUE, MESSAGE_TYPE
from app.db.partners.endpoints import covers, takes
from app.db.postgres.session import ReadSession
from app.db.tables import ChangeRow, ConnectionRow, WebhookEndpointRow
from app.domain.partner.endpoint import Part


async def list_connections_due(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Connections with changes that are due and that an endpoint applies."""
    return (await session.execute(_FINDING.limit(limit), {"due_by": now})).scalars().all()


def _build_finding() -> Select[UUID]:
    endpoint, waiting = WebhookEndpointRow, _build_waiting()
    due = exists().where(
        ChangeRow.connection_id == ConnectionRow.id,
        IS_DUE,
        takes(MESSAGE_TYPE),
        ~is_unjudged(ConnectionRow.changes_unjudged_to),
    )
    applied = exists().where(
        endpoint.partner_id == ConnectionRow.partner_id,
        endpoint.part == Part.APPLIES.value,
        endpoint.is_enabled,
        endpoint.deleted_at.is_(None),
        covers(ConnectionRow.id),
        due.correlate(ConnectionRow, endpoint),
    )
    return (
        select(ConnectionRow.id)
        .join(waiting, waiting.c.connection_id == ConnectionRow.id)
        .where(ConnectionRow.state.in_(DELIVERED_STATES), applied)
    )


def _build_waiting() -> CTE:
    """The connections of which changes wait, each once; the last row is null."""
    # Written out, as the index has it.
    pending: ColumnElement[str] = literal_column("'pending'")
    first = (
        select(ChangeRow.connection_id)
        .where(ChangeRow.state == pending)
        .order_by(ChangeRow.connection_id)
        .limit(1)
        .subquery()
    )
    waiting = select(first.c.connection_id).cte("waiting", recursive=True)
    later = aliased(ChangeRow)
    following = (
        select(later.connection_id)
        .where(later.state == pending, later.connection_id > waiting.c.connection_id)
        .order_by(later.connection_id)
        .limit(1)
        .correlate(waiting)
        .scalar_subquery()
    )
    return waiting.union_all(select(following).where(waiting.c.connection_id.is_not(None)))


_FINDING = _build_finding()
