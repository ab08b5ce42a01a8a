"""POST /webhooks/xero, and /webhooks/xero/{app} for a partner's own Xero app: hints that something moved (FACTS 3).

The signature is checked over the raw bytes, before anything is read. A good one is answered 200 with no body and no
cookie, once every event is committed (`xero_inbox`); a wrong one 401. Xero is never called from here: an event only
says "look". The numbers of the events are followed, so that it is noticed when some never come
(`domain.event_sequence`, `reconcile.watch`).
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.intake.bodies import MalformedBody, read_json
from app.intake.dependencies import IntakeServices, SignatureCheck
from app.intake.xero_inbox import Delivery
from app.metrics import EVENTS
from app.telemetry import find_correlation_id
from app.tracing import span

_LARGEST_NUMBER = 2**63
_KINDS = {"INVOICE": "invoice", "CONTACT": "contact", "CREDITNOTE": "credit_note", "PAYMENT": "payment"}

log = structlog.get_logger(__name__)


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
    delivery = _read_delivery(body, services.clock.now(), xero_app_id)
    if not delivery.events:
        return Response()
    for event in delivery.events:
        _find_series(_KINDS.get(str(event.get("eventCategory")).upper(), "other")).inc()
    with span("intake", source="xero", events=len(delivery.events)):
        nudges = await services.xero_inbox.join(delivery)
    return Response(background=BackgroundTask(services.waker.reconcile_soon, nudges) if nudges else None)


@cache
def _find_series(kind: str) -> Counter:
    return EVENTS.labels("xero", kind)


def _read_delivery(body: bytes, at: datetime, xero_app_id: UUID | None) -> Delivery:
    """The events of a body that Xero signed, and their numbers.

    What cannot be read is answered 200 all the same: Xero would send the very same bytes for 24 hours and then disable
    the subscription for every business (FACTS 3), whereas what is lost here is a hint, which the sweep makes up for.
    """
    try:
        said = read_json(body)
    except MalformedBody as error:
        log.error("xero_webhook_unreadable", error=str(error), size=len(body))
        return Delivery((), at)
    events = said.get("events") if isinstance(said, dict) else None
    if not isinstance(events, list):
        log.error("xero_webhook_unreadable", error="no list of events", size=len(body))
        return Delivery((), at)
    known = [event for event in events if isinstance(event, dict)]
    return Delivery(known, at, xero_app_id, _read_numbers(said), find_correlation_id())


def _read_numbers(said: Mapping[str, Any]) -> tuple[int, int] | None:
    """The first and last number of a delivery; None where they are none, and nothing is made of that."""
    first, last = said.get("firstEventSequence"), said.get("lastEventSequence")
    if type(first) is not int or type(last) is not int or not 0 < first <= last < _LARGEST_NUMBER:
        return None
    return first, last
