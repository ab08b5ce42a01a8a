"""POST /webhooks/partner/{partner_id}: the partner's documents as signed webhooks (Standard Webhooks).

The library verifies the raw bytes with a secret of the partner's own, of which several count while one takes the place
of another; a partner that is unknown looks like a wrong signature. A webhook is answered once it is on disk with its
document (`partner_inbox`). A document that is refused is answered with a problem document and leaves nothing behind, so
it may be sent again.
"""

from typing import Any
from uuid import UUID

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.intake.bodies import WHAT_CAN_BE_KEPT, MalformedBody, read_json
from app.intake.dependencies import IntakeServices
from app.intake.partner_event import parse_event
from app.intake.partner_inbox import PartnerWebhook
from app.intake.partner_secrets import Signer
from app.intake.refusals import Fault, InputRefused
from app.telemetry import find_correlation_id
from app.tracing import span

_LONGEST_WEBHOOK_ID = 255
_SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
"""The headers that a signature is checked by."""


async def take_partner_event(request: Request) -> Response:
    """Answer one webhook of a partner: 200 stored or seen before, 401 not the partner's, a problem when refused."""
    services: IntakeServices = request.app.state.intake
    body = await request.body()
    partner_id = _read_partner_id(request.path_params["partner_id"])
    if partner_id is None or not await _is_signed(services, partner_id, body, request):
        return Response(status_code=401)
    event = _read_event(body)
    webhook = PartnerWebhook(
        partner_id,
        request.headers["webhook-id"],
        event,
        parse_event(event),
        services.clock.now(),
        find_correlation_id(),
    )
    with span("intake", source="partner"):
        saved = await services.partner_inbox.save(webhook)
    if isinstance(saved, InputRefused):
        raise saved
    return Response(background=BackgroundTask(services.waker.reconcile_soon, saved))


def _read_partner_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _is_signed(services: IntakeServices, partner_id: UUID, body: bytes, request: Request) -> bool:
    """Whether the partner signed it within the last five minutes; the library reads no clock but the machine's."""
    secrets = await services.partner_secrets.join(Signer(partner_id, services.clock.now()))
    signed = {name: request.headers.get(name, "") for name in _SIGNED}
    if not any(_verifies(secret, body, signed) for secret in secrets):
        return False
    return len(request.headers["webhook-id"]) <= _LONGEST_WEBHOOK_ID


def _verifies(secret: str, body: bytes, signed: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, signed, json_parse=False)
    except (WebhookVerificationError, ValueError):
        # A ValueError is the library's for a header or a body that it cannot take apart.
        return False
    return True


def _read_event(body: bytes) -> dict[str, Any]:
    try:
        event = read_json(body)
    except MalformedBody:
        raise InputRefused(
            "malformed_body", "The body is no JSON that can be kept.", [Fault("body", WHAT_CAN_BE_KEPT)]
        ) from None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise InputRefused("invalid_request", "A webhook says its type.", [Fault("type", "must be a string")])
    return event
