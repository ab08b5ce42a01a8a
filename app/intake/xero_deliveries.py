"""What Xero's webhooks say: the events in their bodies, stored each once, and the numbers of those events.

Each event is stored once for each connection of its tenant, and for none when the tenant is unknown; the events of a
Xero app reach the connections of that app alone. The numbers of the events are followed in the same transaction, last,
so that two of them wait for each other no longer than that takes, and it is noticed when some never come
(`domain.connections.event_sequence`, `reconcile.timers.watch`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter

from app.db.inboxes.heard_events import store_events
from app.db.inboxes.subscriptions import Kept, begin_following, save_heard
from app.db.inboxes.xero_webhooks import Webhook
from app.db.postgres.session import WriteSession
from app.domain.connections.event_sequence import follow
from app.intake.bodies import MalformedBody, read_json
from app.metrics import EVENTS

_LARGEST_NUMBER = 2**63
_KINDS = {"INVOICE": "invoice", "CONTACT": "contact", "CREDITNOTE": "credit_note", "PAYMENT": "payment"}

log = structlog.get_logger(__name__)

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a webhook holds; `numbers` are the first and last of its events' numbers, where it says them."""

    webhook: Webhook
    events: Sequence[Event]
    numbers: tuple[int, int] | None = None


def read_delivery(webhook: Webhook) -> Delivery | None:
    """The events of a webhook, and their numbers; None where it has none, as Xero's question whether we listen.

    What cannot be read was answered 200 all the same: Xero would send the very same bytes for 24 hours and then disable
    the subscription for every business (FACTS 3), whereas what is lost here is a hint, which the sweep makes up for.
    """
    try:
        said = read_json(webhook.body)
    except MalformedBody as error:
        _tell_unreadable(webhook, str(error))
        return None
    events = said.get("events") if isinstance(said, dict) else None
    if not isinstance(events, list):
        _tell_unreadable(webhook, "no list of events")
        return None
    known = [event for event in events if isinstance(event, dict)]
    return Delivery(webhook, known, _read_numbers(said)) if known else None


def _tell_unreadable(webhook: Webhook, error: str) -> None:
    size, correlation_id = len(webhook.body), webhook.correlation_id
    log.error("xero_webhook_unreadable", error=error, size=size, correlation_id=correlation_id)


def _read_numbers(said: Mapping[str, Any]) -> tuple[int, int] | None:
    """The first and last number of a delivery; None where they are none, and nothing is made of that."""
    first, last = said.get("firstEventSequence"), said.get("lastEventSequence")
    if type(first) is not int or type(last) is not int or not 0 < first <= last < _LARGEST_NUMBER:
        return None
    return first, last


@dataclass(frozen=True, slots=True)
class Saved:
    """What storing deliveries came to: for each whom it is to wake, of several that brought something to the same
    connection the first; and the Xero apps, None for Plumbline's own, that were silent until now.
    """

    nudges: Sequence[Sequence[UUID]] = ()
    heard_again: Sequence[UUID | None] = ()


async def save_deliveries(session: WriteSession, deliveries: Sequence[Delivery], now: datetime) -> Saved:
    """Store the events, each once, and raise the generation of every connection that got a new one."""
    if not deliveries:
        return Saved()
    stored = await store_events(session, list(_list_events(deliveries)))
    news = {number for number, _ in stored.news}
    heard_again = await _follow_all(session, deliveries, news, stored.kept, now)
    return Saved(_divide_nudges(stored.news, len(deliveries)), heard_again)


def tell_saved(deliveries: Sequence[Delivery], saved: Saved) -> None:
    """Log, and count by what they are about, what is on disk now."""
    for xero_app_id in saved.heard_again:
        log.warning("xero_webhooks_heard_again", xero_app_id=xero_app_id)
    for delivery in deliveries:
        for event in delivery.events:
            _find_series(_KINDS.get(str(event.get("eventCategory")).upper(), "other")).inc()


@cache
def _find_series(kind: str) -> Counter:
    return EVENTS.labels("xero", kind)


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
    session: WriteSession,
    deliveries: Sequence[Delivery],
    news: set[int],
    kept: Mapping[UUID | None, Kept],
    now: datetime,
) -> list[UUID | None]:
    """Follow the numbers of each app; answers those of which the operator had been told that they were silent."""
    by_app: dict[UUID | None, list[tuple[Delivery, bool]]] = {}
    for number, delivery in enumerate(deliveries):
        by_app.setdefault(delivery.webhook.xero_app_id, []).append((delivery, number in news))
    heard_again = []
    for xero_app_id in sorted(by_app, key=str):
        known = kept.get(xero_app_id) or await begin_following(session, xero_app_id)
        if known is None:
            continue  # the partner deleted that app meanwhile, and nothing goes through it
        await _follow(session, xero_app_id, by_app[xero_app_id], known, now)
        if known.was_silent:
            heard_again.append(xero_app_id)
    return heard_again


async def _follow(
    session: WriteSession,
    xero_app_id: UUID | None,
    heard: Sequence[tuple[Delivery, bool]],
    known: Kept,
    now: datetime,
) -> None:
    """Note when Xero was heard, and up to which number; a gap has its grace from now on."""
    sequence = known.sequence
    for delivery, is_news in heard:
        if delivery.numbers is not None:
            first, last = delivery.numbers
            sequence = follow(sequence, first, last, is_news=is_news, at=now)
    await save_heard(session, xero_app_id, sequence, heard[-1][0].webhook.received_at)


def _list_events(deliveries: Sequence[Delivery]) -> Iterator[dict[str, Any]]:
    for number, delivery in enumerate(deliveries):
        webhook = delivery.webhook
        of_all = {
            "delivery": number,
            "xero_app_id": str(webhook.xero_app_id) if webhook.xero_app_id else None,
            "received_at": webhook.received_at.isoformat(),
            "correlation_id": webhook.correlation_id,
        }
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
