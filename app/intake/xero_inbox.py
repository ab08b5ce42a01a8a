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

from app.db.heard_events import store_events
from app.db.session import Database, WriteSession
from app.db.subscriptions import Kept, begin_following, save_heard
from app.domain.event_sequence import follow

log = structlog.get_logger(__name__)

Event = Mapping[str, Any]


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
        stored = await store_events(session, list(_list_events(deliveries)))
        heard_again = await _follow_all(
            session, deliveries, {number for number, _ in stored.news}, stored.kept
        )
    for xero_app_id in heard_again:
        log.warning("xero_webhooks_heard_again", xero_app_id=xero_app_id)
    return _divide_nudges(stored.news, len(deliveries))


def _divide_nudges(news: Sequence[tuple[int, UUID | None]], count: int) -> list[list[UUID]]:
    """Each connection under the number of the delivery that was the first to bring it something new."""
    nudges: list[list[UUID]] = [[] for _ in range(count)]
    woken: set[UUID] = set()
    for number, connection_id in news:
        if connection_id is not None and connection_id not in woken:
            woken.add(connection_id)
            nudges[number].append(connection_id)
    return nudges


async def _follow_all(
    session: WriteSession, deliveries: Sequence[Delivery], news: set[int], kept: Mapping[UUID | None, Kept]
) -> list[UUID | None]:
    """Follow the numbers of each app; answers those of which the operator had been told that they were silent."""
    by_app: dict[UUID | None, list[tuple[Delivery, bool]]] = {}
    for number, delivery in enumerate(deliveries):
        by_app.setdefault(delivery.xero_app_id, []).append((delivery, number in news))
    heard_again = []
    for xero_app_id in sorted(by_app, key=str):
        known = kept.get(xero_app_id) or await begin_following(session, xero_app_id)
        await _follow(session, xero_app_id, by_app[xero_app_id], known)
        if known.was_silent:
            heard_again.append(xero_app_id)
    return heard_again


async def _follow(
    session: WriteSession, xero_app_id: UUID | None, heard: Sequence[tuple[Delivery, bool]], known: Kept
) -> None:
    """Note that Xero was heard, and up to which number."""
    sequence = known.sequence
    for delivery, is_news in heard:
        if delivery.numbers is not None:
            first, last = delivery.numbers
            sequence = follow(sequence, first, last, is_news=is_news, at=delivery.at)
    await save_heard(session, xero_app_id, sequence, heard[-1][0].at)


def _list_events(deliveries: Sequence[Delivery]) -> Iterator[dict[str, Any]]:
    for number, delivery in enumerate(deliveries):
        app = str(delivery.xero_app_id) if delivery.xero_app_id else None
        of_all = {"delivery": number, "xero_app_id": app, "correlation_id": delivery.correlation_id}
        for event in delivery.events:
            yield of_all | _read_event(event)


def _read_event(event: Event) -> dict[str, Any]:
    """Words in one case, since Xero's own samples do not keep to one; a category that we do not know is kept too."""
    dated = _text(event, "eventDateUtc")
    at = read_instant(dated)
    return {
        "tenant_id": _text(event, "tenantId").lower(),
        "category": _text(event, "eventCategory").upper(),
        "event_type": _text(event, "eventType").upper(),
        "resource_id": _text(event, "resourceId").lower(),
        "dated": dated,
        "dated_at": at.isoformat() if at else None,
        "payload": event,
    }


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
