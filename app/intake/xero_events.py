"""POST /webhooks/xero, and /webhooks/xero/{app} for a partner's own Xero app: hints that something moved (FACTS 3).

The signature is checked over the raw bytes, before anything is read. A good one is answered 200 with no body and no
cookie, once every event is committed; a wrong one 401. An event is stored once for each connection of its tenant, and
for none when the tenant is unknown; the webhooks of an app reach the connections of that app alone. Xero is never
called from here: an event only says "look". The numbers of the events are followed, so that it is noticed when some
never come (`domain.event_sequence`, `reconcile.watch`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.db.connections import find_connection_ids_by_tenant, raise_generation
from app.db.events import insert_xero_events
from app.db.session import Database, WriteSession
from app.db.subscriptions import lock_sequence, save_heard
from app.domain.event_sequence import follow
from app.intake.bodies import MalformedBody, read_json
from app.intake.dependencies import IntakeServices, SignatureCheck
from app.metrics import EVENTS
from app.telemetry import find_correlation_id
from app.tracing import span

# PostgreSQL takes 32,767 parameters in one statement; a row has nine.
_ROWS_PER_INSERT = 2000
_LARGEST_NUMBER = 2**63
_KINDS = {"INVOICE": "invoice", "CONTACT": "contact", "CREDITNOTE": "credit_note", "PAYMENT": "payment"}

log = structlog.get_logger(__name__)

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one POST of Xero's holds; `numbers` are the first and last of its events' numbers, where it says them."""

    events: Sequence[Event]
    numbers: tuple[int, int] | None = None


async def take_xero_events(request: Request) -> Response:
    """Answer one delivery of Xero's to Plumbline's own app."""
    services: IntakeServices = request.app.state.intake
    return await _take(services, request, services.is_signed_by_xero, None)


async def take_xero_events_of_app(request: Request) -> Response:
    """Answer one delivery of Xero's to a partner's app; one that nobody knows is answered as a wrong signature is."""
    services: IntakeServices = request.app.state.intake
    try:
        xero_app_id = UUID(request.path_params["xero_app_id"])
    except ValueError:
        return Response(status_code=401)
    return await _take(services, request, await services.find_app_check(xero_app_id), xero_app_id)


async def _take(
    services: IntakeServices, request: Request, is_signed: SignatureCheck, xero_app_id: UUID | None
) -> Response:
    """The nudges follow the answer, since the work is safe without them."""
    body = await request.body()
    if not is_signed(body, request.headers.get("x-xero-signature")):
        return Response(status_code=401)
    delivery = _read_delivery(body)
    with span("intake", source="xero", events=len(delivery.events)):
        nudges = await save_delivery(services.database, delivery, services.clock.now(), xero_app_id)
    for event in delivery.events:
        EVENTS.labels("xero", _KINDS.get(_text(event, "eventCategory").upper(), "other")).inc()
    return Response(background=BackgroundTask(services.waker.reconcile_soon, nudges))


async def save_delivery(
    database: Database, delivery: Delivery, at: datetime, xero_app_id: UUID | None = None
) -> list[UUID]:
    """Store a delivery's events, each once, and raise the generation of every connection that got a new one, in one
    transaction; its numbers are followed in the same one, last, so that two deliveries wait for each other no longer
    than that takes.
    """
    if not delivery.events:
        return []
    async with database.writing() as session:
        tenants = {_text(event, "tenantId").lower() for event in delivery.events}
        connections = await find_connection_ids_by_tenant(session, list(tenants), xero_app_id)
        # Two deliveries of the same events must meet them in the same order, or each would wait for the other.
        rows = sorted(_build_rows(delivery.events, connections), key=_identity_of)
        new: set[UUID | None] = set()
        for start in range(0, len(rows), _ROWS_PER_INSERT):
            new |= await insert_xero_events(session, rows[start : start + _ROWS_PER_INSERT])
        nudges = sorted(connection_id for connection_id in new if connection_id is not None)
        for connection_id in nudges:
            await raise_generation(session, connection_id)
        was_silent = await _follow_numbers(session, delivery, xero_app_id, at, is_news=bool(new))
    if was_silent:
        log.warning("xero_webhooks_heard_again", xero_app_id=xero_app_id)
    return nudges


async def _follow_numbers(
    session: WriteSession, delivery: Delivery, xero_app_id: UUID | None, at: datetime, *, is_news: bool
) -> bool:
    """Note that Xero was heard, and up to which number; True when the operator had been told of a silence."""
    sequence = await lock_sequence(session, xero_app_id)
    if delivery.numbers is not None:
        first, last = delivery.numbers
        sequence = follow(sequence, first, last, is_news=is_news, at=at)
    return await save_heard(session, xero_app_id, sequence, at)


def _read_delivery(body: bytes) -> Delivery:
    """The events of a body that Xero signed, and their numbers.

    What cannot be read is answered 200 all the same: Xero would send the very same bytes for 24 hours and then disable
    the subscription for every business (FACTS 3), whereas what is lost here is a hint, which the sweep makes up for.
    """
    try:
        said = read_json(body)
    except MalformedBody as error:
        log.error("xero_webhook_unreadable", error=str(error), size=len(body))
        return Delivery(())
    events = said.get("events") if isinstance(said, dict) else None
    if not isinstance(events, list):
        log.error("xero_webhook_unreadable", error="no list of events", size=len(body))
        return Delivery(())
    return Delivery([event for event in events if isinstance(event, dict)], _read_numbers(said))


def _read_numbers(said: Mapping[str, Any]) -> tuple[int, int] | None:
    """The first and last number of a delivery; None where they are none, and nothing is made of that."""
    first, last = said.get("firstEventSequence"), said.get("lastEventSequence")
    if type(first) is not int or type(last) is not int or not 0 < first <= last < _LARGEST_NUMBER:
        return None
    return first, last


def _build_rows(events: Sequence[Event], connections: Mapping[str, Sequence[UUID]]) -> list[dict[str, Any]]:
    return [
        _build_row(event, connection_id)
        for event in events
        for connection_id in connections.get(_text(event, "tenantId").lower(), (None,))
    ]


def _build_row(event: Event, connection_id: UUID | None) -> dict[str, Any]:
    """Words in one case, since Xero's own samples do not keep to one; a category that we do not know is kept too."""
    dated = _text(event, "eventDateUtc")
    return {
        "connection_id": connection_id,
        "tenant_id": _text(event, "tenantId").lower(),
        "category": _text(event, "eventCategory").upper(),
        "event_type": _text(event, "eventType").upper(),
        "resource_id": _text(event, "resourceId").lower(),
        "dated": dated,
        "dated_at": read_instant(dated),
        "payload": dict(event),
        "correlation_id": find_correlation_id(),
    }


def _identity_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("connection_id", "tenant_id", "category", "resource_id", "event_type", "dated")
    return tuple(str(row[name]) for name in names)


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
