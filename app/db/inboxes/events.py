"""The two inboxes: an event is stored once, and stamped when a reconcile has looked at what it points to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, bindparam, case, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import Types, bare, each_found, give, rows_given, types_of
from app.db.postgres.lent import LentConnection
from app.db.postgres.session import ReadSession, WriteSession
from app.db.postgres.straight import run, run_alone
from app.db.tables import PartnerEventRow, XeroEventRow


@dataclass(frozen=True, slots=True)
class XeroEvent:
    """A hint from Xero: something happened to a resource at `dated_at` (its clock; None when it could not be read).

    `resource_type` is Xero's word, which events of credits carry; `correlation_id` is of the webhook that it came by.
    """

    id: int
    category: str
    resource_id: str
    dated_at: datetime | None
    resource_type: str | None = None
    correlation_id: str | None = None


async def list_waiting(driver: LentConnection, connection_id: UUID, limit: int) -> list[XeroEvent]:
    """Events of a connection that no reconcile has looked at, oldest first.

    Of one that a person had replayed the date is not believed: whatever we hold of its resource, it might be newer.
    """
    asking = {"of_connection": connection_id, "at_most": limit}
    return [XeroEvent(*found) for found in await run_alone(driver, _WAITING, asking)]


_EVENT = bare(XeroEventRow).c
_WAITING = (
    select(
        _EVENT.id,
        _EVENT.category,
        _EVENT.resource_id,
        case((_EVENT.replayed_at.is_(None), _EVENT.dated_at), else_=None),
        _EVENT.payload["data"]["Type"].astext,
        _EVENT.correlation_id,
    )
    .where(_EVENT.connection_id == asked("of_connection", _EVENT.connection_id), _EVENT.taken_at.is_(None))
    .order_by(_EVENT.id)
    .limit(bindparam("at_most", type_=Integer))
)


async def mark_taken(session: WriteSession, event_ids: Sequence[int], at: datetime) -> None:
    """These events have been looked at, or have become triggers that are on disk."""
    if event_ids:
        await run(session, _TAKING, {"ids": list(event_ids), "at": at})


_TAKING = (
    update(bare(XeroEventRow))
    .where(among_asked(_EVENT.id, "ids"))
    .values(taken_at=asked("at", _EVENT.taken_at))
)


async def list_followed_between(
    session: ReadSession,
    connection_id: UUID,
    tenant_id: str,
    category: str,
    spans: Mapping[str, tuple[datetime, datetime]],
) -> list[tuple[str, datetime]]:
    """Events of these resources of a tenant that were followed already and are dated between the two instants that are
    given for each, neither included.
    """
    rows = [
        {"resource_id": resource_id, "after": after, "before": before}
        for resource_id, (after, before) in spans.items()
    ]
    asking = {"of_connection": connection_id, "of_tenant": tenant_id.lower(), "about": category}
    found = await session.execute(_FOLLOWED_BETWEEN, {**asking, **give(_SPANS, rows)})
    return [(resource_id, dated_at) for resource_id, dated_at in found]


_SPANS: Types = {
    "resource_id": Text,
    "after": DateTime(timezone=True),
    "before": DateTime(timezone=True),
}
_spans = rows_given(_SPANS)
_FOLLOWED_BETWEEN = (
    select(_EVENT.resource_id, _EVENT.dated_at)
    .join_from(_spans, bare(XeroEventRow), _EVENT.resource_id == _spans.c.resource_id)
    .where(
        _EVENT.connection_id == asked("of_connection", _EVENT.connection_id),
        _EVENT.tenant_id == asked("of_tenant", _EVENT.tenant_id),
        _EVENT.category == asked("about", _EVENT.category),
        _EVENT.taken_at.is_not(None),
        _EVENT.dated_at > _spans.c.after,
        _EVENT.dated_at < _spans.c.before,
    )
)


WebhookName = tuple[UUID, str]
"""A partner, and the id of a webhook of its own."""


async def find_stored(session: ReadSession, names: Sequence[WebhookName]) -> set[WebhookName]:
    """Which of these webhooks of partners were stored before."""
    rows = [{"partner_id": partner_id, "webhook_id": webhook_id} for partner_id, webhook_id in names]
    found = await run(session, _LOOKING_UP, give(_NAMED, rows))
    return {(partner_id, webhook_id) for partner_id, webhook_id in found}


async def insert_partner_events(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store webhooks of partners, each once.

    A row has partner_id, webhook_id, connection_id (the one that it names, or None), event_type, payload, outcome and
    correlation_id.
    """
    if rows:
        await run(session, _INSERTING_PARTNERS, give(_PARTNERS, rows))


_NAMED = types_of(PartnerEventRow, "partner_id", "webhook_id")
_named = rows_given(_NAMED)
_PARTNER_EVENT = bare(PartnerEventRow).c
_LOOKING_UP = each_found(
    _named,
    [_PARTNER_EVENT.partner_id, _PARTNER_EVENT.webhook_id],
    _PARTNER_EVENT.partner_id == _named.c.partner_id,
    _PARTNER_EVENT.webhook_id == _named.c.webhook_id,
)
_PARTNERS = types_of(
    PartnerEventRow,
    "partner_id",
    "webhook_id",
    "connection_id",
    "event_type",
    "payload",
    "outcome",
    "correlation_id",
)
_partners = rows_given(_PARTNERS)
_INSERTING_PARTNERS = (
    insert(bare(PartnerEventRow))
    .from_select(list(_PARTNERS), select(*(_partners.c[name] for name in _PARTNERS)))
    .on_conflict_do_nothing(index_elements=["partner_id", "webhook_id"])
)
