"""Secrets that take each other's place: of an endpoint, and of what a partner sends to us.

The one before counts on for as long as was asked for, beside the new one, so that neither end has to change at the very
moment in which the other does. A call that is sent twice makes two secrets, and the one before both counts on.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from app.api.authentication import ADMINS_WRITE, PartnerId
from app.api.delivery.endpoint_resource import WebhookEndpointMade, show_made
from app.api.delivery.endpoints import EndpointId, get_endpoint
from app.api.dependencies import Given, Services
from app.api.problems import documented
from app.db.partners.endpoints import lock_partner
from app.db.partners.webhook_secrets import insert_secret, list_secrets
from app.db.postgres.session import WriteSession
from app.db.upkeep import audit
from app.intake.refusals import InputRefused
from app.keys import make_webhook_secret

router = APIRouter(prefix="/v1", tags=["webhook-endpoints"], dependencies=[ADMINS_WRITE])

LONGEST_OVERLAP_HOURS = 168
MOST_SECRETS = 8
"""That count at a time: every one of them is a signature in a header."""

_REFUSED = ("malformed_body", "unauthorised", "not_found", "too_large", "invalid_request")


class Rotation(BaseModel):
    """How long the secret before counts on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_hours": 24}]})

    overlap_hours: Annotated[StrictInt, Field(ge=0, le=LONGEST_OVERLAP_HOURS)] = Field(
        default=24, description="0 ends it at once: for a secret that somebody else has learnt."
    )

    @property
    def overlap(self) -> timedelta:
        """`overlap_hours` as a span."""
        return timedelta(hours=self.overlap_hours)


AskedRotation = Annotated[Rotation | None, Body()]
"""As of a key, the body may be left out."""


class IncomingSecret(BaseModel):
    """The secret that your app signs its webhooks to Plumbline with; shown this once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "secret": "whsec_bm90IGEgc2VjcmV0LCBidXQgYW4gZXhhbXBsZQ==",
                    "others_end_at": "2026-11-21T03:00:00Z",
                }
            ]
        }
    )

    secret: str
    others_end_at: datetime = Field(description="Until when what is signed with the one before is taken too.")


@router.post(
    "/webhook-endpoints/{endpoint_id}/rotate-secret",
    operation_id="rotate_webhook_endpoint_secret",
    summary="Replace an endpoint's secret; both sign meanwhile",
    responses=documented(*_REFUSED),
)
async def rotate_endpoint_secret(
    services: Given, partner_id: PartnerId, endpoint_id: EndpointId, wish: AskedRotation = None
) -> WebhookEndpointMade:
    """The new secret is in the answer, this once. Until the overlap ends each message has a signature of either, as
    Standard Webhooks allows: give your app the new one at any time before.
    """
    now = services.clock.now()
    async with services.database.writing() as session:
        await lock_partner(session, partner_id)
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
        secret = await rotate(services, session, endpoint_id, (wish or Rotation()).overlap)
        audit.note(session, "secret_rotated", partner_id=partner_id, subject=endpoint_id)
        secrets = await list_secrets(session, [endpoint_id], now)
    return show_made(endpoint, secrets[endpoint_id], secret)


@router.post(
    "/partner/incoming-secret/rotate",
    operation_id="rotate_incoming_secret",
    summary="Replace the secret that your app signs its webhooks with; both count meanwhile",
    responses=documented("malformed_body", "unauthorised", "too_large", "invalid_request"),
)
async def rotate_incoming_secret(
    services: Given, partner_id: PartnerId, wish: AskedRotation = None
) -> IncomingSecret:
    """The new secret is in the answer, this once. What is signed with the one before is taken until the overlap
    ends.
    """
    overlap = (wish or Rotation()).overlap
    async with services.database.writing() as session:
        await lock_partner(session, partner_id)
        secret = await rotate(services, session, partner_id, overlap)
        audit.note(session, "secret_rotated", partner_id=partner_id, subject=partner_id)
    return IncomingSecret(secret=secret, others_end_at=services.clock.now() + overlap)


async def rotate(services: Services, session: WriteSession, owner_id: UUID, overlap: timedelta) -> str:
    """A new secret for an owner; raises `invalid_request` where too many count already."""
    now = services.clock.now()
    counting = (await list_secrets(session, [owner_id], now))[owner_id]
    if overlap and len(counting) >= MOST_SECRETS:
        raise InputRefused(
            "invalid_request",
            f"{MOST_SECRETS} secrets count already; wait for one to end, or rotate with overlap_hours 0.",
        )
    secret = make_webhook_secret()
    sealed = services.vault.encrypt(secret)
    await insert_secret(session, owner_id, sealed, now, others_end_at=now + overlap)
    return secret
