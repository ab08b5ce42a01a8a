"""Xero's events on their way to disk: deliveries that come at about the same time are stored in one transaction.

Each event is stored once for each connection of its tenant, and for none when the tenant is unknown; the events of a
Xero app reach the connections of that app alone. The numbers of the events are followed in the same transaction, last,
so that two of them wait for each other no longer than that takes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from app.db.connections import find_connection_ids_by_tenant, raise_generations
from app.db.events import XeroEventIdentity, insert_xero_events
from app.db.session import Database, WriteSession
from app.db.subscriptions import lock_sequence, save_heard
from app.domain.event_sequence import follow

log = structlog.get_logger(__name__)

Event = Mapping[str, Any]
Row = dict[str, Any]
Tenant = tuple[str, UUID | None]
"""An organisation as one Xero app sees it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one POST of Xero's holds; `numbers` are the first and last of its events' numbers, where it says them.

    `xero_app_id` is None for Plumbline's own app. Under `correlation_id` its request is logged, and what comes of it.
    """

    events: Sequence[Event]
    at: datetime
    xero_app_id: UUID | None = None
    numbers: tuple[int, int] | None = None
    correlation_id: str | None = None


async def save_deliveries(database: Database, deliveries: Sequence[Delivery]) -> list[list[UUID]]:
    """Store the events, each once, and raise the generation of every connection that got a new one; answers for each
    delivery whom it is to wake: of several that brought something to the same connection the first.
    """
    async with database.writing() as session:
        tenants = {tenant for each in deliveries for tenant in _list_tenants(each)}
        connections = await find_connection_ids_by_tenant(session, sorted(tenants, key=str))
        rows = [list(_build_rows(each, connections)) for each in deliveries]
        # Two transactions of the same events must meet them in the same order, or each would wait for the other.
        ordered = sorted((row for some in rows for row in some), key=lambda row: str(_identity_of(row)))
        new = await insert_xero_events(session, ordered)
        news = [[row for row in some if _identity_of(row) in new] for some in rows]
        first = _find_first(news)
        await raise_generations(session, first.keys())
        heard_again = await _follow_all(session, deliveries, [bool(some) for some in news])
    for xero_app_id in heard_again:
        log.warning("xero_webhooks_heard_again", xero_app_id=xero_app_id)
    nudges: list[list[UUID]] = [[] for _ in deliveries]
    for connection_id, number in sorted(first.items()):
        nudges[number].append(connection_id)
    return nudges


def _find_first(news: Sequence[Sequence[Row]]) -> dict[UUID, int]:
    """Of each connection the number of the delivery that was the first to bring something new."""
    first: dict[UUID, int] = {}
    for number, rows in enumerate(news):
        for row in rows:
            if row["connection_id"] is not None:
                first.setdefault(row["connection_id"], number)
    return first


async def _follow_all(
    session: WriteSession, deliveries: Sequence[Delivery], are_news: Sequence[bool]
) -> list[UUID | None]:
    """Follow the numbers of each app; answers those of which the operator had been told that they were silent."""
    by_app: dict[UUID | None, list[tuple[Delivery, bool]]] = {}
    for delivery, is_news in zip(deliveries, are_news, strict=True):
        by_app.setdefault(delivery.xero_app_id, []).append((delivery, is_news))
    return [
        xero_app_id
        for xero_app_id in sorted(by_app, key=str)
        if await _follow(session, xero_app_id, by_app[xero_app_id])
    ]


async def _follow(
    session: WriteSession, xero_app_id: UUID | None, heard: Sequence[tuple[Delivery, bool]]
) -> bool:
    """Note that Xero was heard, and up to which number; True when the operator had been told of a silence."""
    sequence, was_silent = await lock_sequence(session, xero_app_id)
    for delivery, is_news in heard:
        if delivery.numbers is not None:
            first, last = delivery.numbers
            sequence = follow(sequence, first, last, is_news=is_news, at=delivery.at)
    await save_heard(session, xero_app_id, sequence, heard[-1][0].at)
    return was_silent


def _list_tenants(delivery: Delivery) -> set[Tenant]:
    return {(_text(event, "tenantId").lower(), delivery.xero_app_id) for event in delivery.events}


def _build_rows(delivery: Delivery, connections: Mapping[Tenant, Sequence[UUID]]) -> Iterator[Row]:
    for event in delivery.events:
        row = _build_row(event) | {"correlation_id": delivery.correlation_id}
        for connection_id in connections.get((row["tenant_id"], delivery.xero_app_id), (None,)):
            yield {"connection_id": connection_id, **row}


def _build_row(event: Event) -> Row:
    """Words in one case, since Xero's own samples do not keep to one; a category that we do not know is kept too."""
    dated = _text(event, "eventDateUtc")
    return {
        "tenant_id": _text(event, "tenantId").lower(),
        "category": _text(event, "eventCategory").upper(),
        "event_type": _text(event, "eventType").upper(),
        "resource_id": _text(event, "resourceId").lower(),
        "dated": dated,
        "dated_at": read_instant(dated),
        "payload": dict(event),
    }


def _identity_of(row: Row) -> XeroEventIdentity:
    return (
        row["connection_id"], row["tenant_id"], row["category"], row["resource_id"], row["event_type"], row["dated"],
    )  # fmt: skip


def _text(event: Event, name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def read_instant(text: str) -> datetime | None:
    """Xero's `eventDateUtc`, which is UTC without saying so; None where it is no instant."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
