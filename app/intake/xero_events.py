"""POST /webhooks/xero: Xero's hints that something moved (FACTS 3).

The signature is checked over the raw bytes, before anything is read. A good one is answered 200 with no body and no
cookie, once every event is committed; a wrong one 401. An event is stored once for each connection of its tenant, and
for none when the tenant is unknown. Xero is never called from here: an event only says "look".
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.db.connections import find_connection_ids_by_tenant, raise_generation
from app.db.events import insert_xero_events
from app.db.session import Database
from app.intake.bodies import MalformedBody, read_json
from app.intake.dependencies import IntakeServices

# PostgreSQL takes 32,767 parameters in one statement; a row has eight.
_ROWS_PER_INSERT = 2000

log = structlog.get_logger(__name__)

Event = Mapping[str, Any]


async def take_xero_events(request: Request) -> Response:
    """Answer one delivery of Xero's; the nudges follow the answer, since the work is safe without them."""
    services: IntakeServices = request.app.state.intake
    body = await request.body()
    if not services.is_signed_by_xero(body, request.headers.get("x-xero-signature")):
        return Response(status_code=401)
    nudges = await save_events(services.database, _read_events(body))
    return Response(background=BackgroundTask(services.waker.reconcile_soon, nudges))


async def save_events(database: Database, events: Sequence[Event]) -> list[UUID]:
    """Store events, each once, and raise the generation of every connection that got a new one, in one transaction."""
    if not events:
        return []
    async with database.writing() as session:
        tenants = {_text(event, "tenantId").lower() for event in events}
        connections = await find_connection_ids_by_tenant(session, list(tenants))
        # Two deliveries of the same events must meet them in the same order, or each would wait for the other.
        rows = sorted(_build_rows(events, connections), key=_identity_of)
        new: set[UUID] = set()
        for start in range(0, len(rows), _ROWS_PER_INSERT):
            new |= set(await insert_xero_events(session, rows[start : start + _ROWS_PER_INSERT]))
        for connection_id in sorted(new):
            await raise_generation(session, connection_id)
        return sorted(new)


def _read_events(body: bytes) -> list[Event]:
    """The events of a body that Xero signed.

    What cannot be read is answered 200 all the same: Xero would send the very same bytes for 24 hours and then disable
    the subscription for every business (FACTS 3), whereas what is lost here is a hint, which the sweep makes up for.
    """
    try:
        delivery = read_json(body)
    except MalformedBody as error:
        log.error("xero_webhook_unreadable", error=str(error), size=len(body))
        return []
    events = delivery.get("events") if isinstance(delivery, dict) else None
    if not isinstance(events, list):
        log.error("xero_webhook_unreadable", error="no list of events", size=len(body))
        return []
    return [event for event in events if isinstance(event, dict)]


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
