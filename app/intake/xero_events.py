"""POST /webhooks/xero, and /webhooks/xero/{app} for a partner's own Xero app: hints that something moved (FACTS 3).

The signature is checked over the raw bytes, and that is all that is looked at. What is rightly signed is answered 200
with no body and no cookie, once its bytes are on disk (`xero_inbox`); a wrong one 401. A worker reads the events out of
them (`xero_webhooks`). Xero is never called from here: an event only says "look".
"""

from uuid import UUID

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.db.inboxes.xero_webhooks import Webhook
from app.intake.dependencies import IntakeServices, SignatureCheck
from app.telemetry import find_correlation_id
from app.tracing import span, write_parent


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
    """The nudge follows the answer, since the work is safe without it."""
    body = await request.body()
    if not is_signed(body, request.headers.get("x-xero-signature")):
        return Response(status_code=401)
    with span("intake", source="xero"):
        webhook = Webhook(body, services.clock.now(), xero_app_id, find_correlation_id(), write_parent())
        nudges = await services.xero_inbox.join(webhook)
    return Response(background=BackgroundTask(services.waker.take_in_soon) if nudges else None)
